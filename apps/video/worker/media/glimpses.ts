import { readFile } from 'node:fs/promises';
import { toneMapped } from './filters.js';
import { lookAtFrame, LOOK_SIDE, type FrameLook } from './frame-score.js';
import type { Source } from './source.js';

/** A moment of a video and what it looks like. */
export interface Moment {
  /** In s. */
  readonly at: number;
  readonly look: FrameLook;
}

/** Seconds of a video that are glimpsed at, one frame of each: what comes later surprises as a cover. */
const SEEN = 40;
const FRAME_BYTES = LOOK_SIDE * LOOK_SIDE;
/** That glimpses take at most. */
export const GLIMPSES_BYTES = SEEN * FRAME_BYTES;

/** Frames as they are looked at, from one size to the other. */
export const AS_LOOKED_AT = [`scale=${LOOK_SIDE}:${LOOK_SIDE}:flags=area`, 'format=gray'];

/**
 * Arguments that write the frames of a source which are candidates for its cover: whoever decodes all of it anyway writes them for nothing.
 *
 * @param path of a file that `readGlimpses` reads
 */
export function glimpsesOutput(source: Pick<Source, 'pictureStream' | 'pictureMs' | 'isHdr'>, path: string): string[] {
  const frames = Math.max(1, Math.min(SEEN, Math.ceil(source.pictureMs / 1_000)));
  const filters = ['fps=fps=1:start_time=0:round=up', ...(source.isHdr ? toneMapped(LOOK_SIDE, LOOK_SIDE) : []), ...AS_LOOKED_AT];
  const output = ['-frames:v', String(frames), '-c:v', 'rawvideo', '-f', 'rawvideo', `file:${path}`];
  return ['-map', `0:${source.pictureStream}`, '-vf', filters.join(','), ...output];
}

/** What grey squares one after the other look like. @param times of each, in s */
export const momentsOf = (grey: Buffer, times: readonly number[]): Moment[] =>
  times.flatMap((at, index) => {
    const frame = grey.subarray(index * FRAME_BYTES, (index + 1) * FRAME_BYTES);
    return frame.length === FRAME_BYTES ? [{ at, look: lookAtFrame(frame) }] : [];
  });

/** What `glimpsesOutput` has written. */
export async function readGlimpses(path: string): Promise<Moment[]> {
  const grey = await readFile(path);
  return momentsOf(
    grey,
    Array.from({ length: Math.floor(grey.length / FRAME_BYTES) }, (_, second) => second),
  );
}
