import { isShowing, LOOK_SIDE, scoreOf } from './frame-score.js';
import { AS_LOOKED_AT, momentsOf, type Moment } from './glimpses.js';
import { mediaConfig } from './media.config.js';
import { runTool } from './run-tool.js';
import { safeInput } from './safe-input.js';

/** Frames a second that are looked at where glimpses show nothing, and for how long, in s. */
const DENSE = { fps: 4, seconds: 12 };
const LOOK_MS = 60_000;
/** An earlier frame is preferred to a slightly better one: score per s. */
const LATE = 0.01;

async function lookClosely(path: string, signal?: AbortSignal): Promise<Moment[]> {
  const frames = DENSE.fps * DENSE.seconds;
  const filters = [`fps=${DENSE.fps}:start_time=0:round=up`, ...AS_LOOKED_AT].join(',');
  const output = ['-map', '0:V:0', '-vf', filters, '-frames:v', String(frames), '-f', 'rawvideo', 'pipe:1'];
  const args = ['-v', 'error', '-nostdin', '-t', String(DENSE.seconds), ...safeInput(path), ...output];
  const limits = { ms: LOOK_MS, bytes: LOOK_SIDE * LOOK_SIDE * frames, signal };
  const { stdout } = await runTool(mediaConfig().FFMPEG_PATH, args, limits);
  return momentsOf(
    stdout,
    Array.from({ length: frames }, (_, index) => index / DENSE.fps),
  );
}

const valueOf = ({ at, look: seen }: Moment): number => scoreOf(seen) - at * LATE;
const best = (moments: readonly Moment[]): Moment | undefined =>
  moments.reduce<Moment | undefined>((top, moment) => (top && valueOf(top) >= valueOf(moment) ? top : moment), undefined);

/**
 * The moment of a video that makes the best cover, in s: neither black nor blurred. More of its frames are looked at only where
 * the glimpses show nothing.
 *
 * @throws as runTool
 */
export async function bestMoment(path: string, glimpses: readonly Moment[], signal?: AbortSignal): Promise<number> {
  const top = best(glimpses);
  if (top && isShowing(top.look)) return top.at;
  return best([...glimpses, ...(await lookClosely(path, signal))])?.at ?? 0;
}
