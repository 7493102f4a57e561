import { mediaConfig } from './media.config.js';
import { runTool, type ToolResult } from './run-tool.js';

/** How the caller of a long run watches it and ends it. */
export interface Watch {
  /** Ends the run; the call then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Is told the share that is done, 0-1, in growing order. */
  readonly onProgress?: ((share: number) => void) | undefined;
}

interface FfmpegOptions extends Watch {
  /** Of the output, to make shares of ffmpeg's times. */
  readonly durationMs: number;
  /** Of the largest output, in bytes; none when left out. */
  readonly fileBytes?: number;
  readonly cwd?: string;
}

/** Calls back with each higher share that a stream of `-progress` lines tells. */
export function progressReader(durationMs: number, onProgress: (share: number) => void): (text: string) => void {
  let rest = '';
  let best = 0;
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    const times = lines.filter((line) => line.startsWith('out_time_us=')).map((line) => Number(line.slice(12)) / 1_000);
    const share = Math.min(1, Math.max(0, ...times.filter(Number.isFinite)) / Math.max(1, durationMs));
    if (share <= best) return;
    best = share;
    onProgress(share);
  };
}

/** What ffmpeg complains of when it ends by itself, since it has used the processor for too long. */
export const TOO_LONG = 'received signal 24';

/** What ffmpeg reports itself is a line per half second. */
const MAX_OUTPUT = 4 * 2 ** 20;

/**
 * Runs ffmpeg with progress. Lines of its log begin with their level in brackets.
 *
 * @throws as runTool
 */
export async function runFfmpeg(
  args: readonly string[],
  options: FfmpegOptions,
): Promise<ToolResult & { readonly frames: number; readonly ms: number }> {
  const { FFMPEG_PATH, MEDIA_STEP_SECONDS } = mediaConfig();
  const shares = progressReader(options.durationMs, options.onProgress ?? (() => undefined));
  let last = '';
  const onOutput = (text: string): void => {
    last = (last + text).slice(-2_000);
    shares(text);
  };
  const base = ['-hide_banner', '-nostdin', '-nostats', '-progress', 'pipe:1', '-stats_period', '0.5', '-y'];
  const limits = { ms: MEDIA_STEP_SECONDS * 1_000, bytes: MAX_OUTPUT, fileBytes: options.fileBytes ?? 0 };
  const where = options.cwd === undefined ? {} : { cwd: options.cwd };
  const result = await runTool(FFMPEG_PATH, [...base, ...args], { ...limits, ...where, signal: options.signal, onOutput });
  return { ...result, frames: lastNumber(last, 'frame'), ms: lastNumber(last, 'out_time_us') / 1_000 };
}

function lastNumber(text: string, name: string): number {
  const found = [...text.matchAll(new RegExp(`^${name}=\\s*(\\d+)`, 'gm'))].at(-1)?.[1];
  return Number(found ?? 0);
}
