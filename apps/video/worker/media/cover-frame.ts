import { mediaConfig } from './media.config.js';
import { isShowing, lookAtFrame, LOOK_SIDE, scoreOf, type FrameLook } from './frame-score.js';
import { runTool } from './run-tool.js';
import { safeInput } from './safe-input.js';

/** A moment of a video and what it looks like. */
interface Moment {
  /** In s. */
  readonly at: number;
  readonly look: FrameLook;
}

/** Where covers are looked for, in s: what comes later surprises. */
const SEARCHED = 40;
/** Frames a second that are looked at where key frames are too few or show nothing, and for how long, in s. */
const DENSE = { fps: 4, seconds: 12 };
/** Fewer key frames than this are no choice. */
const CHOICE = 3;
const LOOK_MS = 60_000;
const FRAME_BYTES = LOOK_SIDE * LOOK_SIDE;
const MAX_FRAMES = 300;
/** An earlier frame is preferred to a slightly better one: score per s. */
const LATE = 0.01;

async function look(path: string, before: readonly string[], filters: readonly string[], signal?: AbortSignal): Promise<Moment[]> {
  const shape = [...filters, 'showinfo=checksum=0', `scale=${LOOK_SIDE}:${LOOK_SIDE}:flags=area`, 'format=gray'].join(',');
  const output = ['-map', '0:V:0', '-vf', shape, '-fps_mode', 'passthrough', '-f', 'rawvideo', 'pipe:1'];
  const args = ['-v', 'info', '-hide_banner', '-nostats', '-nostdin', ...before, ...safeInput(path), ...output];
  const limits = { ms: LOOK_MS, bytes: FRAME_BYTES * MAX_FRAMES, signal };
  const { stdout, stderr } = await runTool(mediaConfig().FFMPEG_PATH, args, limits);
  const times = [...stderr.matchAll(/\bpts_time:\s*([\d.]+)/g)].map(([, at]) => Number(at));
  return times.flatMap((at, index) => {
    const grey = stdout.subarray(index * FRAME_BYTES, (index + 1) * FRAME_BYTES);
    return grey.length === FRAME_BYTES ? [{ at, look: lookAtFrame(grey) }] : [];
  });
}

const valueOf = ({ at, look: seen }: Moment): number => scoreOf(seen) - at * LATE;
const best = (moments: readonly Moment[]): Moment | undefined =>
  moments.reduce<Moment | undefined>((top, moment) => (top && valueOf(top) >= valueOf(moment) ? top : moment), undefined);

/**
 * The moment of a video of ours that makes the best cover, in s: neither black nor blurred. Key frames are looked at first,
 * which costs little; all others only where those show nothing.
 *
 * @throws as runTool
 */
export async function bestMoment(path: string, signal?: AbortSignal): Promise<number> {
  const keys = await look(path, ['-t', String(SEARCHED), '-skip_frame', 'nokey'], [], signal);
  const top = best(keys);
  if (top && keys.length >= CHOICE && isShowing(top.look)) return top.at;
  const dense = await look(path, ['-t', String(DENSE.seconds)], [`fps=${DENSE.fps}:start_time=0`], signal);
  return best([...keys, ...dense])?.at ?? 0;
}
