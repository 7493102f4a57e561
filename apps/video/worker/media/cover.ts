import { mediaConfig } from './media.config.js';
import { runTool } from './run-tool.js';
import { safeInput } from './safe-input.js';

/** A cover's longest width, in pixels. */
const WIDTH = 720;
/** Where a cover is looked for, in s from the beginning. */
const SEARCHED_SECONDS = 10;
/** Frames a second that are looked at. */
const LOOKS = 5;
const MS = 60_000;
const MAX_BYTES = 8 * 2 ** 20;

/** Leaves out frames of which 90 % or more are black, such as those of a fade-in. */
const NOT_BLACK = 'blackframe=amount=0:threshold=32,metadata=mode=select:key=lavfi.blackframe.pblack:value=90:function=less';

async function extract(source: string, filters: readonly string[]): Promise<Buffer | undefined> {
  const picture = [`fps=${LOOKS}`, ...filters, `thumbnail=${SEARCHED_SECONDS * LOOKS}`, `scale='min(${WIDTH},iw)':-2`, 'format=yuvj420p'];
  const input = ['-t', String(SEARCHED_SECONDS), ...safeInput(source)];
  const output = ['-map', '0:V:0', '-vf', picture.join(','), '-frames:v', '1', '-q:v', '3', '-c:v', 'mjpeg', '-f', 'image2pipe', 'pipe:1'];
  const result = await runTool(mediaConfig().FFMPEG_PATH, ['-v', 'error', '-nostdin', ...input, ...output], { ms: MS, bytes: MAX_BYTES });
  return result.code === 0 && result.stdout.length > 0 ? result.stdout : undefined;
}

/**
 * The most typical frame of a video's first seconds that is not black, as JPEG, at most 720 pixels wide. Nothing is written to disk.
 *
 * @param source a path, or an http address of our own store
 * @returns undefined when not one frame can be decoded
 * @throws Error when ffmpeg cannot run or takes too long
 */
export async function makeCover(source: string): Promise<Buffer | undefined> {
  return (await extract(source, [NOT_BLACK])) ?? (await extract(source, []));
}
