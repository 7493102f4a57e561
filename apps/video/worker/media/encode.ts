import { runFfmpeg, TOO_LONG, type Watch } from './ffmpeg.js';
import type { Rendition } from './ladder.js';
import { mediaConfig } from './media.config.js';
import { CUT_OFF } from './safe-input.js';
import type { Source } from './source.js';

/** Length of a group of pictures and of a segment, in s. */
export const GROUP_SECONDS = 2;
/** Quality that x264 keeps until the highest rate stops it. */
const CRF = '22';
/** How far a file may grow beyond what its rates say before it is stopped: short ones have more than their share of key frames. */
const MOST_GROWTH = 2;
const LEAST_BYTES = 64 * 2 ** 20;

/** Nothing of where, when and with what a video was made, and no words of the tools. */
export const NO_METADATA = [
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
/** H.264 at a rendition's rates, in closed groups of two seconds. */
export function pictureCodec({ fps, maxRate }: Rendition): string[] {
  const group = String(Math.ceil(fps * GROUP_SECONDS - 0.01));
  const rate = ['-crf', CRF, '-maxrate', String(maxRate), '-bufsize', String(maxRate * 2)];
  const groups = ['-g', group, '-keyint_min', group, '-sc_threshold', '0'];
  return ['-c:v', 'libx264', '-preset', mediaConfig().MEDIA_PRESET, '-profile:v', 'high', ...rate, ...groups, ...BT709];
}

/** HLS as one file of fragments, whose parts the playlist names by byte ranges. */
export const hls = (name: string, seconds: number): string[] => [
  ...['-f', 'hls', '-hls_segment_type', 'fmp4', '-hls_playlist_type', 'vod', '-hls_flags', 'single_file+independent_segments'],
  // Bitexact has to be asked for once more: the fragments are written by a muxer within the muxer.
  ...['-hls_segment_options', 'fflags=+bitexact', '-hls_time', String(seconds), '-hls_segment_filename', `${name}.mp4`, `${name}.m3u8`],
];

/** The largest file that these renditions may become, in bytes. */
export const bytesFor = (source: Source, renditions: readonly Rendition[]): number => {
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

/**
 * Runs the encoder in a folder.
 *
 * @param what is made, for its errors
 * @param fileBytes of the largest file that it may write
 * @returns the frames of its picture, and what it logged
 * @throws UndecodableError when the source is damaged; Error when ffmpeg fails or takes too long; the signal's reason
 */
export async function encode(
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
  if (stderr.includes(TOO_LONG)) throw new UndecodableError(`${what} takes too much of the processor`, 'too-heavy');
  if (CUT_OFF.test(stderr) || (code !== 0 && BROKEN.test(stderr) && !OURS.test(stderr)))
    throw new UndecodableError(`${what}: ${stderr.slice(0, 500)}`);
  if (code !== 0) throw new Error(`${what} could not be made: ${stderr.trim().slice(-500)}`);
  return { frames, log: stderr };
}
