import { stat, truncate } from 'node:fs/promises';
import { fpsText } from './frame-rate.js';
import { frameCount, type Shape } from './filters.js';
import type { Rendition } from './ladder.js';
import type { Source } from './source.js';

/**
 * The decoded frames of a source in a file of our own, one after the other and nothing else: as large as the largest rendition that is still
 * to be made, in its rate and in the colours of a normal screen. Writing and reading them costs a fraction of what decoding does, let
 * alone tone mapping, but they are some thirty times as large as what phones write.
 */
export interface Frames extends Shape {
  readonly path: string;
  /** That they take. */
  readonly bytes: number;
}

/** A picture of 4:2:0 with 8 bits has this many bytes a pixel. */
const PIXEL_BYTES = 1.5;

/** Bytes that the frames for these renditions take. */
export function framesSize(source: Pick<Source, 'durationMs'>, rest: readonly Rendition[]): number {
  const [largest] = rest;
  return largest ? frameCount(source, largest.fps) * largest.width * largest.height * PIXEL_BYTES : 0;
}

/** Arguments that write frames, over those of another video where the file has some. */
export const framesOutput = ({ path }: Frames, label: string): string[] => [
  ...['-map', label, '-c:v', 'rawvideo', '-pix_fmt', 'yuv420p', '-f', 'rawvideo', '-truncate', '0', `file:${path}`],
];

/** Cuts off what is left of another video behind the frames that were written. */
export async function endFrames({ path, bytes }: Frames): Promise<void> {
  if ((await stat(path)).size > bytes) await truncate(path, bytes);
}

/** Arguments that open frames, and what they are. */
export const openFrames = ({ path, width, height, fps }: Frames, source: Source): [string[], Source] => [
  [
    ...['-protocol_whitelist', 'file', '-format_whitelist', 'rawvideo', '-codec_whitelist', 'rawvideo'],
    ...[
      '-f',
      'rawvideo',
      '-pixel_format',
      'yuv420p',
      '-video_size',
      `${width}x${height}`,
      '-framerate',
      fpsText(fps),
      '-i',
      `file:${path}`,
    ],
  ],
  { ...source, width, height, hasSquarePixels: true, pictureStream: 0, isHdr: false, isInterlaced: false, isBt709: true },
];
