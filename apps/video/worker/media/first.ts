import { join } from 'node:path';
import { hear } from './decode.js';
import { bytesFor, encode, GROUP_SECONDS, hls, NO_METADATA } from './encode.js';
import type { Watch } from './ffmpeg.js';
import { firstPicture, type FirstPicture } from './first-picture.js';
import type { Frames } from './frames.js';
import type { Rendition } from './ladder.js';
import { makeEven } from './loudness.js';
import { measureMade, type Made } from './made.js';
import { makeCover, type Cover } from './pictures.js';
import { safeInput } from './safe-input.js';
import type { Source } from './source.js';
import { together } from './together.js';

/** NAL units of H.264 that hold what cameras write beside the picture. */
const NO_SIDE_DATA = ['-bsf:v', 'filter_units=remove_types=6'];

const soundCodec = ({ audioBitRate }: Rendition): string[] => ['-c:a', 'aac', '-b:a', String(audioBitRate), '-ar', '48000', '-ac', '2'];

/** What the first rendition is made of. */
interface Ingredients {
  /** As it was examined. */
  readonly path: string;
  readonly source: Source;
  readonly first: Rendition;
}

/** Hears all of a sound, and encodes it as loud as all others; undefined without any. */
async function encodeSound({ path, source, first }: Ingredients, folder: string, signal: AbortSignal): Promise<string | undefined> {
  const { soundStream: stream, durationMs } = source;
  if (stream === undefined) return undefined;
  const sound = join(folder, 'sound.mp4');
  const bytes = bytesFor(source, [first]);
  const encoded = (filters: string): Promise<string> => {
    const output = ['-map', `0:${stream}`, '-af', filters, ...soundCodec(first), ...NO_METADATA, '-f', 'mp4', sound];
    return encode(`${first.name}, its sound`, [...safeInput(path), ...output], source, bytes, folder, { signal, level: 'info' });
  };
  await makeEven(durationMs / 1_000, await hear(path, stream, source, { signal }), encoded);
  return sound;
}

/** Where the progressive file of the first rendition is written, within its folder. */
const PLAY = 'play.mp4';

/** Puts picture and sound into `play.mp4`, which is played from its first byte on, and `<name>.mp4` with `<name>.m3u8` for HLS. */
async function packageFirst(
  { file, stream }: Pick<FirstPicture, 'file' | 'stream'>,
  sound: string | undefined,
  { source, first }: Ingredients,
  folder: string,
  signal: AbortSignal,
): Promise<Made> {
  const inputs = [...safeInput(file), ...(sound === undefined ? [] : safeInput(sound))];
  const maps = ['-map', `0:${stream}`, ...(sound === undefined ? [] : ['-map', '1:a:0'])];
  const streams = [...maps, '-c', 'copy', ...(first.copyPicture ? NO_SIDE_DATA : []), ...NO_METADATA];
  // Parts of a copied picture are as long as its groups; those of ours are two seconds long.
  const segments = hls(first.name, first.copyPicture ? GROUP_SECONDS / 2 : GROUP_SECONDS);
  const outputs = [...streams, '-movflags', '+faststart', '-f', 'mp4', PLAY, ...streams, ...segments];
  await encode(first.name, [...inputs, ...outputs], source, bytesFor(source, [first]), folder, { signal });
  return measureMade(folder, first, source.durationMs);
}

export interface FirstMade {
  readonly made: Made;
  readonly cover: Cover;
}

interface Folders {
  /** An absolute path, for what is no longer needed then; files of an earlier try are overwritten. */
  readonly parts: string;
  /** An absolute path, for what is stored. */
  readonly made: string;
}

/** How the first rendition is made. */
export interface FirstOptions extends Watch {
  /** Makes the names of the cover unique. */
  readonly nonce: string;
  /** Kept for `makeRest`, which then need not decode the source again; none are of a picture that is copied. */
  readonly frames?: Frames | undefined;
}

/**
 * Makes the rendition that is published, as progressive MP4 and for HLS, and the cover. Everything is decoded meanwhile, and what cannot be
 * is refused.
 *
 * Picture and sound go side by side: measuring a sound and limiting it needs one core, and an encoder of pictures does not keep all of
 * them busy all the time.
 *
 * @throws UndecodableError when the source is damaged; Error when ffmpeg fails, takes too long or makes something else than planned; the
 *   signal's reason
 */
export async function makeFirst(ingredients: Ingredients, folders: Folders, options: FirstOptions): Promise<FirstMade> {
  const made = await (ingredients.first.copyPicture ? copyFirst : encodeFirst)(ingredients, folders, options);
  options.onProgress?.(1);
  return made;
}

const coverOf = ({ file, glimpses }: FirstPicture, { made }: Folders, nonce: string, signal: AbortSignal): Promise<Cover> =>
  makeCover(file, made, { glimpses, nonce, signal });

async function encodeFirst(ingredients: Ingredients, folders: Folders, { nonce, signal, ...watch }: FirstOptions): Promise<FirstMade> {
  const { path, source, first } = ingredients;
  const [picture, sound] = await together<[FirstPicture, string | undefined]>(
    signal,
    (both) => firstPicture(path, source, first, folders.parts, { ...watch, signal: both }),
    (both) => encodeSound(ingredients, folders.parts, both),
  );
  const [made, cover] = await together<[Made, Cover]>(
    signal,
    (both) => packageFirst(picture, sound, ingredients, folders.made, both),
    (both) => coverOf(picture, folders, nonce, both),
  );
  return { made, cover };
}

/** A picture that is copied is there already, so its packaging waits for the sound alone. */
async function copyFirst(ingredients: Ingredients, folders: Folders, { nonce, signal, ...watch }: FirstOptions): Promise<FirstMade> {
  const { path, source, first } = ingredients;
  let seen: Promise<FirstPicture> | undefined;
  const [cover, made] = await together<[Cover, Made]>(
    signal,
    async (both) => {
      seen = firstPicture(path, source, first, folders.parts, { ...watch, signal: both });
      return coverOf(await seen, folders, nonce, both);
    },
    async (both) => {
      const sound = await encodeSound(ingredients, folders.parts, both);
      try {
        return await packageFirst({ file: path, stream: source.pictureStream }, sound, ingredients, folders.made, both);
      } catch (error) {
        // A damaged picture explains it better.
        await seen;
        throw error;
      }
    },
  );
  return { made, cover };
}
