import { join } from 'node:path';
import { bytesFor, encode, GROUP_SECONDS, hls, NO_METADATA, pictureCodec, UndecodableError } from './encode.js';
import type { Watch } from './ffmpeg.js';
import { pictureGraph } from './filters.js';
import { endFrames, framesOutput, type Frames } from './frames.js';
import { GLIMPSES_BYTES, glimpsesOutput, readGlimpses, type Moment } from './glimpses.js';
import type { Rendition } from './ladder.js';
import { makeEven } from './loudness.js';
import { measureMade, type Made } from './made.js';
import { LEAST_DECODED } from './packets.js';
import { safeInput } from './safe-input.js';
import type { Source } from './source.js';
import { together } from './together.js';

/** NAL units of H.264 that hold what cameras write beside the picture. */
const NO_SIDE_DATA = ['-bsf:v', 'filter_units=remove_types=6'];

const soundCodec = ({ audioBitRate }: Rendition): string[] => ['-c:a', 'aac', '-b:a', String(audioBitRate), '-ar', '48000', '-ac', '2'];

/** Picture and sound of the rendition that is published, each in a file of its own. */
export interface Encoded {
  /** The source itself when its picture is taken over as it is. */
  readonly picture: string;
  readonly pictureStream: number;
  readonly sound: string | undefined;
  /** Candidates for the cover. */
  readonly glimpses: readonly Moment[];
}

/** Where glimpses are written, within the folder of the parts. */
const GLIMPSES = 'glimpses.gray';

async function encodePicture(
  path: string,
  source: Source,
  first: Rendition,
  folder: string,
  { frames, ...watch }: Watch & { readonly frames?: Frames | undefined },
): Promise<string> {
  const shapes = [first, ...(frames ? [frames] : [])].sort((a, b) => b.width - a.width);
  const label = (shape: object): string => `[v${shapes.indexOf(shape as Rendition)}]`;
  const picture = join(folder, 'picture.mp4');
  const output = ['-map', label(first), ...pictureCodec(first), ...NO_METADATA, '-f', 'mp4', picture];
  const kept = frames ? framesOutput(frames, label(frames)) : [];
  const bytes = Math.max(bytesFor(source, [first]), frames?.bytes ?? 0);
  const outputs = [...output, ...kept, ...glimpsesOutput(source, join(folder, GLIMPSES))];
  await encode(first.name, [...safeInput(path), '-filter_complex', pictureGraph(source, shapes), ...outputs], source, bytes, folder, watch);
  if (frames) await endFrames(frames);
  return picture;
}

/** Decodes all of a picture that is copied: what is damaged is found here, as an encoder finds it. */
async function decodePicture(path: string, source: Source, folder: string, watch: Watch): Promise<string> {
  const outputs = ['-map', `0:${source.pictureStream}`, '-f', 'null', '-', ...glimpsesOutput(source, join(folder, GLIMPSES))];
  const { frames } = await encode('the picture', [...safeInput(path), ...outputs], source, GLIMPSES_BYTES, folder, watch);
  const expected = (source.fps * source.pictureMs) / 1_000;
  if (frames === 0 || frames < expected * LEAST_DECODED) throw new UndecodableError(`${frames} of ${expected} frames can be decoded`);
  return path;
}

async function encodeSound(
  path: string,
  stream: number,
  source: Source,
  first: Rendition,
  folder: string,
  signal: AbortSignal,
): Promise<string> {
  const sound = join(folder, 'sound.mp4');
  const encoded = async (filters: string): Promise<string> => {
    const output = ['-map', `0:${stream}`, '-af', filters, ...soundCodec(first), ...NO_METADATA, '-f', 'mp4', sound];
    const bytes = bytesFor(source, [first]);
    return (await encode(`${first.name}, its sound`, [...safeInput(path), ...output], source, bytes, folder, { signal, level: 'info' }))
      .log;
  };
  await makeEven(source.durationMs / 1_000, source.loudness, encoded);
  return sound;
}

/**
 * Encodes picture and sound of the rendition that is published, side by side: measuring a sound and limiting it needs one core, and an
 * encoder of pictures does not keep all of them busy all the time. A picture that is copied is decoded meanwhile, and thrown away.
 *
 * @param path of the source, as it was examined
 * @param folder an absolute path; files of an earlier try are overwritten
 * @param watch `frames` are kept for `makeRest`, which then need not decode the source again; none are of a picture that is copied
 * @throws UndecodableError when the source is damaged; Error when ffmpeg fails or takes too long; the signal's reason
 */
export async function encodeFirst(
  path: string,
  source: Source,
  first: Rendition,
  folder: string,
  { signal, ...watch }: Watch & { readonly frames?: Frames | undefined } = {},
): Promise<Encoded> {
  const { pictureStream, soundStream } = source;
  const [picture, sound] = await together<[string, string | undefined]>(
    signal,
    (both) =>
      first.copyPicture
        ? decodePicture(path, source, folder, { ...watch, signal: both })
        : encodePicture(path, source, first, folder, { ...watch, signal: both }),
    async (both) => (soundStream === undefined ? undefined : encodeSound(path, soundStream, source, first, folder, both)),
  );
  watch.onProgress?.(1);
  const glimpses = await readGlimpses(join(folder, GLIMPSES));
  return { picture, pictureStream: first.copyPicture ? pictureStream : 0, sound, glimpses };
}

/** Where the progressive file of the first rendition is written, within its folder. */
const PLAY = 'play.mp4';

/**
 * Puts picture and sound into `play.mp4`, which is played from its first byte on, and `<name>.mp4` with `<name>.m3u8` for HLS.
 *
 * @throws Error when ffmpeg fails, takes too long or makes something else than planned; the signal's reason
 */
export async function packageFirst(
  { picture, pictureStream, sound }: Encoded,
  source: Source,
  first: Rendition,
  folder: string,
  signal?: AbortSignal,
): Promise<Made> {
  const inputs = [...safeInput(picture), ...(sound === undefined ? [] : safeInput(sound))];
  const sideData = first.copyPicture ? NO_SIDE_DATA : [];
  const streams = [
    '-map',
    `0:${pictureStream}`,
    ...(sound === undefined ? [] : ['-map', '1:a:0']),
    '-c',
    'copy',
    ...sideData,
    ...NO_METADATA,
  ];
  // Parts of a copied picture are as long as its groups; those of ours are two seconds long.
  const segments = hls(first.name, first.copyPicture ? GROUP_SECONDS / 2 : GROUP_SECONDS);
  const outputs = [...streams, '-movflags', '+faststart', '-f', 'mp4', PLAY, ...streams, ...segments];
  await encode(first.name, [...inputs, ...outputs], source, bytesFor(source, [first]), folder, { signal });
  return measureMade(folder, first, source.durationMs);
}
