import { join } from 'node:path';
import { decodedFrames, DISCARD, see } from './decode.js';
import { bytesFor, encode, NO_METADATA, pictureCodec } from './encode.js';
import type { Watch } from './ffmpeg.js';
import { pictureGraph } from './filters.js';
import { endFrames, framesOutput, type Frames } from './frames.js';
import { GLIMPSES_BYTES, glimpsesOutput, readGlimpses, type Moment } from './glimpses.js';
import type { Rendition } from './ladder.js';
import { areWhole } from './packets.js';
import { safeInput } from './safe-input.js';
import type { Source } from './source.js';
import { UndecodableError, UnexplainedError } from './undecodable.js';

/** The picture of the rendition that is published. */
export interface FirstPicture {
  /** The source itself when its picture is taken over as it is. */
  readonly file: string;
  readonly stream: number;
  /** Candidates for the cover. */
  readonly glimpses: readonly Moment[];
}

/** Where glimpses are written, within the folder of the parts. */
const GLIMPSES = 'glimpses.gray';

/** Filters repeat the last frame to the end, so what was made does not tell. */
function mustBeWhole(log: string, source: Source): void {
  // A field may be a packet of its own.
  const expected = source.frames * (source.isInterlaced ? 0.5 : 1);
  const frames = decodedFrames(log);
  if (!areWhole(frames, expected)) throw new UndecodableError(`${frames} of ${expected} frames can be decoded`);
}

async function encodePicture(
  path: string,
  source: Source,
  first: Rendition,
  folder: string,
  { frames, ...watch }: Watch & { readonly frames?: Frames | undefined },
): Promise<Omit<FirstPicture, 'glimpses'>> {
  const shapes = [first, ...(frames ? [frames] : [])].sort((a, b) => b.width - a.width);
  const label = (shape: object): string => `[v${shapes.indexOf(shape as Rendition)}]`;
  const picture = join(folder, 'picture.mp4');
  const output = ['-map', label(first), ...pictureCodec(first), ...NO_METADATA, '-f', 'mp4', picture];
  const kept = frames ? framesOutput(frames, label(frames)) : [];
  const bytes = Math.max(bytesFor(source, [first]), frames?.bytes ?? 0);
  const outputs = [...output, ...kept, ...glimpsesOutput(source, join(folder, GLIMPSES))];
  const args = [...safeInput(path), '-filter_complex', pictureGraph(source, shapes), ...outputs];
  mustBeWhole(await encode(first.name, args, source, bytes, folder, { ...watch, level: 'verbose' }), source);
  if (frames) await endFrames(frames);
  return { file: picture, stream: 0 };
}

/** Decodes all of a picture that is copied: what is damaged is found here, as an encoder finds it. */
async function decodePicture(path: string, source: Source, folder: string, watch: Watch): Promise<Omit<FirstPicture, 'glimpses'>> {
  const outputs = ['-map', `0:${source.pictureStream}`, ...DISCARD, ...glimpsesOutput(source, join(folder, GLIMPSES))];
  const args = [...safeInput(path), ...outputs];
  mustBeWhole(await encode('the picture', args, source, GLIMPSES_BYTES, folder, { ...watch, level: 'verbose' }), source);
  return { file: path, stream: source.pictureStream };
}

/** Tells whether a picture that could not be made can be decoded. @throws UndecodableError when it cannot; the signal's reason */
async function mustDecode(path: string, source: Source, signal: AbortSignal | undefined): Promise<void> {
  try {
    await see(path, source.pictureStream, source.pictureMs, { signal });
  } catch (error) {
    // What else went wrong says less than what did before.
    if (error instanceof UndecodableError || signal?.aborted) throw error;
  }
}

/**
 * Encodes the picture of the rendition that is published, or decodes one that is copied, and glimpses at it.
 *
 * @param folder an absolute path; files of an earlier try are overwritten
 * @param watch `frames` are kept for `makeRest`, which then need not decode the source again; none are of a picture that is copied
 * @throws UndecodableError when the source is damaged; Error when ffmpeg fails or takes too long; the signal's reason
 */
export async function firstPicture(
  path: string,
  source: Source,
  first: Rendition,
  folder: string,
  { frames, ...watch }: Watch & { readonly frames?: Frames | undefined } = {},
): Promise<FirstPicture> {
  try {
    const picture = first.copyPicture
      ? await decodePicture(path, source, folder, watch)
      : await encodePicture(path, source, first, folder, { ...watch, frames });
    return { ...picture, glimpses: await readGlimpses(join(folder, GLIMPSES)) };
  } catch (error) {
    if (error instanceof UnexplainedError) await mustDecode(path, source, watch.signal);
    throw error;
  }
}
