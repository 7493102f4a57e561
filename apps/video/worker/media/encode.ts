import { runFfmpeg, type Watch } from './ffmpeg.js';
import type { Rendition } from './ladder.js';
import { mediaConfig } from './media.config.js';
import type { Source } from './source.js';
import { mustSucceed } from './undecodable.js';

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

/**
 * Runs the encoder in a folder.
 *
 * @param what is made, for its errors
 * @param fileBytes of the largest file that it may write
 * @returns what it logged
 * @throws UndecodableError when the source is cut off or takes too much of the processor; Error when ffmpeg fails or takes too long; the
 *   signal's reason
 */
export async function encode(
  what: string,
  args: readonly string[],
  source: Source,
  fileBytes: number,
  folder: string,
  { level = 'error', ...watch }: Watch & { readonly level?: 'error' | 'info' | 'verbose' },
): Promise<string> {
  const result = await runFfmpeg(['-v', `level+${level}`, '-xerror', ...args], {
    durationMs: source.durationMs,
    fileBytes,
    cwd: folder,
    ...watch,
  });
  mustSucceed(what, result, 'writes');
  return result.stderr;
}
