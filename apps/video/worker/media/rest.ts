import { bytesFor, encode, GROUP_SECONDS, hls, NO_METADATA, pictureCodec } from './encode.js';
import type { Watch } from './ffmpeg.js';
import { pictureGraph } from './filters.js';
import { openFrames, type Frames } from './frames.js';
import type { Rendition } from './ladder.js';
import { measureMade, type Made } from './made.js';
import { safeInput } from './safe-input.js';
import type { Source } from './source.js';
import { together } from './together.js';

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
 * @throws as makeFirst
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
  await encode(renditions.map(({ name }) => name).join(', '), args, source, bytesFor(source, renditions), folder, watch);
}
