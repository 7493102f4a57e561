import { openLoop, type OpenLoad } from '../load/wrk.js';
import type { Run } from '../report/row.js';
import { measured, openDetails, report, warmUp, WARM_UP_SECONDS, work, type Bench } from './bench.js';
import { freshLikes } from './like.js';
import { stream } from './requests.js';
import type { Request } from '../load/request-file.js';

/** Requests per second of each kind: three reads for two writes, more writing than any platform reports. */
export const MIX = { feed: 2_500, like: 800, comment: 800 } as const;
export type MixKind = keyof typeof MIX;

/** Each kind has its own generator; a connection is asked every 50 to 80 ms, so that answers of that length keep nobody waiting. */
const CONNECTIONS: Record<MixKind, number> = { feed: 128, like: 64, comment: 64 };
const SPARE_SECONDS = 2;

export interface MixRun {
  all: Run;
  kinds: Record<MixKind, OpenLoad>;
}

/** The kinds as one load, for what the processes used of all of them. */
function together(kinds: readonly OpenLoad[]): OpenLoad {
  const [first] = kinds as [OpenLoad, ...OpenLoad[]];
  const sum = (of: (load: OpenLoad) => number): number => kinds.reduce((all, load) => all + of(load), 0);
  const worst = (of: (load: OpenLoad) => number): number => Math.max(...kinds.map(of));
  return {
    ...first,
    requests: sum((load) => load.requests),
    requestsPerSecond: sum((load) => load.requestsPerSecond),
    p50Ms: worst((load) => load.p50Ms),
    p95Ms: worst((load) => load.p95Ms),
    p99Ms: worst((load) => load.p99Ms),
    errors: sum((load) => load.errors),
    generatorCpuMs: sum((load) => load.generatorCpuMs),
  };
}

/** All kinds at once for some seconds. */
export async function mixed(bench: Bench, seconds: number): Promise<MixRun> {
  const next: Record<MixKind, () => Request> = {
    feed: stream('feed', bench.data, bench.dialect, Date.now()),
    like: await freshLikes(bench),
    comment: stream('comment', bench.data, bench.dialect, Date.now()),
  };
  const load = (kind: MixKind): Promise<OpenLoad> => {
    const prepared = MIX[kind] * (seconds + SPARE_SECONDS);
    return openLoop(work(bench, next[kind], { seconds, prepared, connections: CONNECTIONS[kind] }), MIX[kind]);
  };
  let loads: OpenLoad[] = [];
  const all = await measured(bench, async () => together((loads = await Promise.all([load('feed'), load('like'), load('comment')]))));
  const [feed, like, comment] = loads as [OpenLoad, OpenLoad, OpenLoad];
  return { all, kinds: { feed, like, comment } };
}

/** Feed, likes and comments together in open loops. */
export async function mix(bench: Bench): Promise<void> {
  await warmUp(bench, work(bench, stream('feed', bench.data, bench.dialect)));
  await mixed(bench, WARM_UP_SECONDS);
  const runs: MixRun[] = [];
  for (let at = 0; at < bench.options.runs; at += 1) runs.push(await mixed(bench, bench.options.seconds));
  const offered = Object.values(MIX).reduce((sum, rate) => sum + rate, 0);
  const own = { 'latencies of': 'the slowest kind' };
  report(
    bench,
    'mix',
    runs.map(({ all }) => all),
    { loop: 'open', offeredPerSecond: offered, details: own },
  );
  for (const kind of Object.keys(MIX) as MixKind[]) {
    const loads = runs.map(({ kinds }) => ({ ...kinds[kind], processes: [], calls: undefined }));
    report(bench, `mix: ${kind}`, loads, { loop: 'open', offeredPerSecond: MIX[kind], details: openDetails(...loads) });
  }
}
