import type { Shape } from './filters.js';
import type { Rendition } from './ladder.js';
import type { Source } from './source.js';

/**
 * The decoded frames of a source in a file of our own: as large as the largest rendition that is still to be made, in its rate and in the
 * colours of a normal screen. Writing and reading them costs a fraction of what decoding does, let alone tone mapping, but they are
 * some thirty times as large as what phones write.
 */
export interface Frames extends Shape {
  readonly path: string;
  /** That they take at most. */
  readonly bytes: number;
}

/** A picture of 4:2:0 with 8 bits has this many bytes a pixel. */
const PIXEL_BYTES = 1.5;
/** What the container adds to a frame. */
const FRAME_BYTES = 64;
const HEADER_BYTES = 64 * 1024;

/** Bytes that the frames for these renditions take. */
export function framesSize(source: Pick<Source, 'durationMs'>, rest: readonly Rendition[]): number {
  const [largest] = rest;
  if (!largest) return 0;
  const count = Math.ceil((source.durationMs / 1_000) * largest.fps) + 1;
  return HEADER_BYTES + count * (largest.width * largest.height * PIXEL_BYTES + FRAME_BYTES);
}

/** Arguments that write frames. */
export const framesOutput = ({ path }: Frames, label: string): string[] => [
  ...['-map', label, '-c:v', 'rawvideo', '-pix_fmt', 'yuv420p', '-f', 'nut', `file:${path}`],
];

/** Arguments that open frames, and what they are. */
export const openFrames = ({ path, width, height }: Frames, source: Source): [string[], Source] => [
  ['-protocol_whitelist', 'file', '-format_whitelist', 'nut', '-codec_whitelist', 'rawvideo', '-i', `file:${path}`],
  { ...source, width, height, pictureStream: 0, isHdr: false, isInterlaced: false, isBt709: true },
];
