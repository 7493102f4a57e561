import { join } from 'node:path';
import { runFfmpeg, TOO_LONG, type Watch } from './ffmpeg.js';
import { pictureGraph } from './filters.js';
import { endFrames, framesOutput, openFrames, type Frames } from './frames.js';
import type { Rendition } from './ladder.js';
import { makeEven } from './loudness.js';
import { mediaConfig } from './media.config.js';
import { measureMade, type Made } from './made.js';
import { CUT_OFF, safeInput } from './safe-input.js';
import type { Source } from './source.js';
import { together } from './together.js';

export type { Made } from './made.js';

/** Length of a group of pictures and of a segment, in s. */
const GROUP_SECONDS = 2;
/** Quality that x264 keeps until the highest rate stops it. */
const CRF = '22';
/** How far a file may grow beyond what its rates say before it is stopped: short ones have more than their share of key frames. */
const MOST_GROWTH = 2;
const LEAST_BYTES = 64 * 2 ** 20;

/** Nothing of where, when and with what a video was made, and no words of the tools. */
const NO_METADATA = [
  '-map_metadata',
  '-1',
  '-map_chapters',
  '-1',
  '-fflags',
  '+bitexact',
  '-flags:v',
  '+bitexact',
  '-flags:a',
  '+bitexact',
];
const BT709 = ['-color_primaries', 'bt709', '-color_trc', 'bt709', '-colorspace', 'bt709', '-color_range', 'tv'];
/** NAL units of H.264 that hold what cameras write beside the picture. */
const NO_SIDE_DATA = ['-bsf:v', 'filter_units=remove_types=6'];

function pictureCodec({ fps, maxRate }: Rendition): string[] {
  const group = String(Math.ceil(fps * GROUP_SECONDS - 0.01));
  const rate = ['-crf', CRF, '-maxrate', String(maxRate), '-bufsize', String(maxRate * 2)];
  const groups = ['-g', group, '-keyint_min', group, '-sc_threshold', '0'];
  return ['-c:v', 'libx264', '-preset', mediaConfig().MEDIA_PRESET, '-profile:v', 'high', ...rate, ...groups, ...BT709];
}

const soundCodec = ({ audioBitRate }: Rendition): string[] => ['-c:a', 'aac', '-b:a', String(audioBitRate), '-ar', '48000', '-ac', '2'];

/** HLS as one file of fragments, whose parts the playlist names by byte ranges. */
const hls = (name: string, seconds: number): string[] => [
  ...['-f', 'hls', '-hls_segment_type', 'fmp4', '-hls_playlist_type', 'vod', '-hls_flags', 'single_file+independent_segments'],
  // Bitexact has to be asked for once more: the fragments are written by a muxer within the muxer.
  ...['-hls_segment_options', 'fflags=+bitexact', '-hls_time', String(seconds), '-hls_segment_filename', `${name}.mp4`, `${name}.m3u8`],
];

const bytesFor = (source: Source, renditions: readonly Rendition[]): number => {
  const rate = Math.max(...renditions.map(({ maxRate, audioBitRate }) => maxRate + audioBitRate));
  return LEAST_BYTES + Math.ceil(((source.durationMs / 1_000) * rate * MOST_GROWTH) / 8);
};

/** The file itself cannot be decoded: no further try will change that. */
export class UndecodableError extends Error {
  constructor(
    message: string,
    readonly reason: 'damaged' | 'too-heavy' = 'damaged',
  ) {
    super(message);
  }
}

/** What a decoder says of a broken file, and what a full disk or a lack of memory sounds like. */
const BROKEN = /Error while decoding|Invalid data found|corrupt|error while decoding|Error submitting a packet/i;
const OURS = /No space left|File too large|Cannot allocate memory|Permission denied|Input\/output error|No such file/i;

async function make(
  what: string,
  args: readonly string[],
  source: Source,
  fileBytes: number,
  folder: string,
  { level = 'error', ...watch }: Watch & { readonly level?: 'error' | 'info' },
): Promise<{ frames: number; log: string }> {
  const { code, stderr, frames } = await runFfmpeg(['-v', `level+${level}`, '-xerror', ...args], {
    durationMs: source.durationMs,
    fileBytes,
    cwd: folder,
    ...watch,
  });
  if (CUT_OFF.test(stderr) || (code !== 0 && BROKEN.test(stderr) && !OURS.test(stderr)))
    throw new UndecodableError(`${what}: ${stderr.slice(0, 500)}`);
  if (code !== 0) throw new Error(`${what} could not be made: ${stderr.trim().slice(-500)}`);
  return { frames, log: stderr };
}

/** Picture and sound of the rendition that is published, each in a file of its own. */
export interface Encoded {
  /** The source itself when its picture is taken over as it is. */
  readonly picture: string;
  readonly pictureStream: number;
  readonly sound: string | undefined;
}

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
  await make(
    first.name,
    [...safeInput(path), '-filter_complex', pictureGraph(source, shapes), ...output, ...kept],
    source,
    bytes,
    folder,
    watch,
  );
  if (frames) await endFrames(frames);
  return picture;
}

/** Frames that hold others together are not shown themselves, hence not all packets become frames. */
const LEAST_DECODED = 0.8;

/** Decodes all of a picture that is copied: what is damaged is found here, as an encoder finds it. */
async function decodePicture(path: string, source: Source, folder: string, watch: Watch): Promise<string> {
  const args = [...safeInput(path), '-map', `0:${source.pictureStream}`, '-f', 'null', '-'];
  const { frames } = await make('the picture', args, source, 0, folder, watch).catch((error: unknown) => {
    if (error instanceof Error && error.message.includes(TOO_LONG)) throw new UndecodableError(error.message, 'too-heavy');
    throw error;
  });
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
  const encode = async (filters: string): Promise<string> => {
    const output = ['-map', `0:${stream}`, '-af', filters, ...soundCodec(first), ...NO_METADATA, '-f', 'mp4', sound];
    const bytes = bytesFor(source, [first]);
    return (await make(`${first.name}, its sound`, [...safeInput(path), ...output], source, bytes, folder, { signal, level: 'info' })).log;
  };
  await makeEven({ path, stream, seconds: source.durationMs / 1_000 }, encode, signal);
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
  return { picture, pictureStream: first.copyPicture ? pictureStream : 0, sound };
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
  await make(first.name, [...inputs, ...outputs], source, bytesFor(source, [first]), folder, { signal });
  return measureMade(folder, first, source.durationMs);
}

/** What the other renditions are made of. */
export interface Ingredients {
  /** The `play.mp4` of the first rendition, whose sound all others have too. */
  readonly play: string;
  /** The picture: the source as it was examined, or frames that were kept of it. */
  readonly picture: string | Frames;
}

/** Threads of each encoder where the largest rendition is made beside the others: together they keep two cores busy. */
const BESIDE = { largest: 2, other: 1 };

/**
 * Makes the other renditions for HLS. Kept frames cost little to read twice: of them the largest one is made by a process of its own,
 * which keeps two cores busier than one process that makes all.
 *
 * @throws as encodeFirst and packageFirst
 */
export async function makeRest(
  ingredients: Ingredients,
  source: Source,
  rest: readonly Rendition[],
  folder: string,
  { signal, onProgress }: Watch = {},
): Promise<Made[]> {
  const [largest, ...others] = rest;
  if (!largest) return [];
  if (typeof ingredients.picture === 'string' || others.length === 0)
    await encodeRest(ingredients, source, rest, folder, { signal, onProgress });
  else {
    const shares = [0, 0];
    const watch = (part: 0 | 1, both: AbortSignal): Watch => ({
      signal: both,
      onProgress: (share) => {
        shares[part] = share;
        onProgress?.(Math.min(...shares));
      },
    });
    await together<[void, void]>(
      signal,
      (both) => encodeRest(ingredients, source, [largest], folder, watch(0, both), BESIDE.largest),
      (both) => encodeRest(ingredients, source, others, folder, watch(1, both), BESIDE.other),
    );
  }
  return Promise.all(rest.map((rendition) => measureMade(folder, rendition, source.durationMs)));
}

/** One run of the encoder; as many threads as it likes, unless they are given. */
async function encodeRest(
  { play, picture }: Ingredients,
  source: Source,
  renditions: readonly Rendition[],
  folder: string,
  watch: Watch,
  threads?: number,
): Promise<void> {
  const [input, seen] = typeof picture === 'string' ? [safeInput(picture), source] : openFrames(picture, source);
  const sound = source.soundStream === undefined ? [] : ['-map', '1:a:0', '-c:a', 'copy'];
  const bound = threads === undefined ? [] : ['-threads', String(threads)];
  const outputs = renditions.flatMap((rendition, index) => [
    ...['-map', `[v${index}]`, ...pictureCodec(rendition), ...bound, ...sound],
    ...[...NO_METADATA, ...hls(rendition.name, GROUP_SECONDS)],
  ]);
  const args = [...input, ...(sound.length > 0 ? safeInput(play) : []), '-filter_complex', pictureGraph(seen, renditions), ...outputs];
  await make(renditions.map(({ name }) => name).join(', '), args, source, bytesFor(source, renditions), folder, watch);
}
