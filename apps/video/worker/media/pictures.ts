import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { blurhash } from './blurhash.js';
import { bestMoment } from './cover-frame.js';
import { runFfmpeg, type Watch } from './ffmpeg.js';
import type { Moment } from './glimpses.js';
import { mediaConfig } from './media.config.js';
import { runTool, type ToolResult } from './run-tool.js';
import { safeInput } from './safe-input.js';
import type { Source } from './source.js';

export interface Cover {
  readonly blurhash: string;
  /** Names within the folder. */
  readonly files: { readonly cover: string; readonly coverSmall: string };
}

/** Short sides of the two covers, in pixels. */
const SIDES = { cover: 720, coverSmall: 320 };
/** A blurhash needs no more. */
const HASH_SIDE = 32;
/** Waves of a blurhash along the long side and the short one. */
const WAVES = { long: 4, short: 3 };
const COVER_MS = 60_000;
const PICTURE_BYTES = 32 * 2 ** 20;
/** The most that the two pictures of a step take. */
export const PICTURES_BYTES = 2 * PICTURE_BYTES;

/** JPEG's colours are those of BT.601, in full range. */
const AS_JPEG = 'in_color_matrix=bt709:out_color_matrix=bt601:out_range=pc,format=yuvj420p';
const JPEG = ['-c:v', 'mjpeg', '-fflags', '+bitexact', '-flags:v', '+bitexact', '-map_metadata', '-1', '-update', '1', '-f', 'image2'];
const shortSide = (side: number): string => `scale=w='if(lt(iw,ih),min(${side},iw),-2)':h='if(lt(iw,ih),-2,min(${side},ih))'`;

function takeFrame(
  path: string,
  before: readonly string[],
  outputs: { folder: string; files: Cover['files'] },
  signal?: AbortSignal,
): Promise<ToolResult> {
  const graph = [
    '[0:V:0]split=3[a][b][c]',
    `[a]${shortSide(SIDES.cover)}:${AS_JPEG}[cover]`,
    `[b]${shortSide(SIDES.coverSmall)}:${AS_JPEG}[small]`,
    `[c]scale=${HASH_SIDE}:${HASH_SIDE}:flags=area:in_color_matrix=bt709,format=rgb24[hash]`,
  ].join(';');
  const one = ['-frames:v', '1'];
  const files = [
    ...['-map', '[cover]', ...one, '-q:v', '3', ...JPEG, outputs.files.cover],
    ...['-map', '[small]', ...one, '-q:v', '4', ...JPEG, outputs.files.coverSmall],
    ...['-map', '[hash]', ...one, '-f', 'rawvideo', 'pipe:1'],
  ];
  const args = ['-v', 'error', '-nostdin', '-y', ...before, ...safeInput(path), '-filter_complex', graph, ...files];
  return runTool(mediaConfig().FFMPEG_PATH, args, {
    ms: COVER_MS,
    bytes: PICTURE_BYTES,
    fileBytes: PICTURE_BYTES,
    cwd: outputs.folder,
    signal,
  });
}

const HASH_BYTES = HASH_SIDE * HASH_SIDE * 3;

/**
 * Makes a video's cover in two sizes, as JPEG.
 *
 * @param path of a `play.mp4` of ours, or of a source whose picture is copied
 * @param folder an absolute path, in which `cover-<nonce>.jpg` and `cover-small-<nonce>.jpg` are written
 * @param options `atMs` is the moment that the author wants, else the best one is looked for, first among the `glimpses`; `nonce` makes
 *   the names unique
 * @throws Error when not one frame can be taken
 */
export async function makeCover(
  path: string,
  folder: string,
  options: {
    readonly atMs?: number | undefined;
    readonly glimpses?: readonly Moment[];
    readonly nonce: string;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<Cover> {
  const { atMs, glimpses = [], nonce, signal } = options;
  const files = { cover: `cover-${nonce}.jpg`, coverSmall: `cover-small-${nonce}.jpg` };
  const at = atMs === undefined ? await bestMoment(path, glimpses, signal) : atMs / 1_000;
  // A moment after the last frame means the last one: it is looked for in the last second, then from the beginning.
  for (const before of [['-ss', at.toFixed(3)], ['-sseof', '-1'], []]) {
    const { code, stdout, stderr } = await takeFrame(path, before, { folder, files }, signal);
    if (code === 0 && stdout.length === HASH_BYTES) return { blurhash: blurhash(stdout, HASH_SIDE, WAVES.long, WAVES.short), files };
    if (code !== 0 && !before.includes('-ss')) throw new Error(`no cover could be made: ${stderr.slice(-500)}`);
  }
  throw new Error('no cover could be made: no frame');
}

/** The preview: short side in pixels, frames a second, and length in s. */
const PREVIEW = { side: 240, fps: 8, seconds: 3 };
/** Where it begins, as a share of the video: the first moments are often still. */
const PREVIEW_FROM = 0.1;

async function picture(what: string, args: readonly string[], folder: string, watch: Watch & { durationMs: number }): Promise<void> {
  const { code, stderr } = await runFfmpeg(['-v', 'error', ...args], { ...watch, fileBytes: PICTURE_BYTES, cwd: folder });
  if (code !== 0) throw new Error(`no ${what} could be made: ${stderr.trim().slice(-500)}`);
}

/** Makes `preview.webp`, some seconds of a `play.mp4` of ours as a picture that moves. */
export async function makePreview(path: string, source: Pick<Source, 'durationMs'>, folder: string, watch: Watch = {}): Promise<void> {
  const length = source.durationMs / 1_000;
  const from = length > PREVIEW.seconds * 1.5 ? length * PREVIEW_FROM : 0;
  const input = ['-ss', from.toFixed(3), '-t', String(PREVIEW.seconds), ...safeInput(path)];
  const filters = `fps=${PREVIEW.fps},${shortSide(PREVIEW.side)},format=yuv420p`;
  const codec = ['-c:v', 'libwebp_anim', '-q:v', '50', '-compression_level', '3', '-loop', '0', '-map_metadata', '-1', '-an'];
  const args = [...input, '-map', '0:V:0', '-vf', filters, ...codec, '-f', 'webp', 'preview.webp'];
  await picture('preview', args, folder, { ...watch, durationMs: Math.min(source.durationMs, PREVIEW.seconds * 1_000) });
}

/** The storyboard: longest side of a picture in pixels, at most so many of them, in rows of ten. */
const BOARD = { side: 160, most: 100, columns: 10 };
/** From this interval on, in s, key frames are enough. */
const SPARSE = 4;

/** `storyboard.vtt`: which part of the picture shows which seconds. */
function storyboardText(durationMs: number, interval: number, width: number, height: number): string {
  const stamp = (ms: number): string => new Date(Math.min(ms, durationMs)).toISOString().slice(11, 23);
  const count = Math.max(1, Math.ceil(durationMs / 1_000 / interval));
  const cues = Array.from({ length: count }, (_, index) => {
    const [x, y] = [(index % BOARD.columns) * width, Math.floor(index / BOARD.columns) * height];
    const times = `${stamp(index * interval * 1_000)} --> ${stamp((index + 1) * interval * 1_000)}`;
    return `${times}\nstoryboard.jpg#xywh=${x},${y},${width},${height}\n`;
  });
  return ['WEBVTT\n', ...cues].join('\n');
}

/** Makes `storyboard.jpg`, many small pictures of a `play.mp4` of ours, and `storyboard.vtt`, which says where each one is. */
export async function makeStoryboard(
  path: string,
  source: Pick<Source, 'durationMs' | 'width' | 'height'>,
  folder: string,
  watch: Watch = {},
): Promise<void> {
  const interval = Math.max(1, Math.ceil(source.durationMs / 1_000 / BOARD.most));
  const count = Math.max(1, Math.ceil(source.durationMs / 1_000 / interval));
  const scale = BOARD.side / Math.max(source.width, source.height);
  const even = (pixels: number): number => Math.max(2, Math.round((pixels * scale) / 2) * 2);
  const [width, height] = [even(source.width), even(source.height)];
  const tiles = `tile=${Math.min(count, BOARD.columns)}x${Math.ceil(count / BOARD.columns)}`;
  const filters = `fps=fps=1/${interval}:start_time=0:round=up,scale=${width}:${height}:flags=area:${AS_JPEG},${tiles}`;
  const input = [...(interval >= SPARSE ? ['-skip_frame', 'nokey'] : []), ...safeInput(path)];
  const args = [...input, '-map', '0:V:0', '-vf', filters, '-frames:v', '1', '-q:v', '5', ...JPEG, 'storyboard.jpg'];
  await picture('storyboard', args, folder, { ...watch, durationMs: source.durationMs });
  await writeFile(join(folder, 'storyboard.vtt'), storyboardText(source.durationMs, interval, width, height));
}
