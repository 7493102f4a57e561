import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Rendition } from './ladder.js';
import { parseSegments, type Segment } from './segments.js';

/** A rendition that was made, as a master playlist names it. */
export interface Made {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** Of its most expensive part, and of all of it, in bit/s. */
  readonly bandwidth: number;
  readonly averageBandwidth: number;
  /** By RFC 6381. */
  readonly codecs: string;
  readonly frameRate: number;
  readonly durationMs: number;
  readonly sizeBytes: number;
  /** Of its playlist, relative to the master playlist's; `<name>.m3u8` unless given. */
  readonly uri?: string;
}

/** Where the parameters of the codecs are, in bytes from the beginning of a file of fragments. */
const HEADER_BYTES = 4_096;
/** How far the length of a rendition may be from the source's, in ms: frames at both ends. */
const LENGTH_SLACK_MS = 250;
/** Parts shorter than this are no measure of a rate, in s: a rest at the end. */
const MEASURED_SECONDS = 1;
const AAC_LC = 'mp4a.40.2';

/** What a decoder has to be able to do, from the configuration of H.264 in a file's header (ISO/IEC 14496-15, 5.3.3.1). */
async function codecsOf(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    const header = buffer.subarray(0, bytesRead);
    const at = header.indexOf('avcC');
    if (at < 0) throw new Error(`${path} holds no H.264`);
    const picture = `avc1.${header.toString('hex', at + 5, at + 8)}`;
    return header.includes('mp4a') ? `${picture},${AAC_LC}` : picture;
  } finally {
    await file.close();
  }
}

const bitRate = (parts: readonly Segment[]): number => {
  const [bytes, seconds] = parts.reduce(([size, length], part) => [size + part.bytes, length + part.seconds], [0, 0]);
  return Math.ceil((bytes * 8) / Math.max(0.001, seconds));
};

/**
 * Measures a rendition by its playlist and its file.
 *
 * @throws Error when it is not as long as its source: ffmpeg has left something out without a complaint
 */
export async function measureMade(folder: string, rendition: Rendition, sourceMs: number): Promise<Made> {
  const { name, width, height, fps: frameRate } = rendition;
  const segments = parseSegments(await readFile(join(folder, `${name}.m3u8`), 'utf8'));
  const durationMs = Math.round(segments.reduce((sum, { seconds }) => sum + seconds, 0) * 1_000);
  if (Math.abs(durationMs - sourceMs) > LENGTH_SLACK_MS) throw new Error(`${name} lasts ${durationMs} ms instead of ${sourceMs}`);
  const path = join(folder, `${name}.mp4`);
  const averageBandwidth = bitRate(segments);
  const peaks = segments.filter(({ seconds }) => seconds >= MEASURED_SECONDS).map((segment) => bitRate([segment]));
  const bandwidth = Math.max(averageBandwidth, ...peaks);
  return {
    name,
    width,
    height,
    bandwidth,
    averageBandwidth,
    codecs: await codecsOf(path),
    frameRate,
    durationMs,
    sizeBytes: (await stat(path)).size,
  };
}
