import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { likesOf } from '../data/liked.js';
import { closedLoop } from '../load/wrk.js';
import { LikeLag } from '../measure/like-lag.js';
import type { Run } from '../report/row.js';
import { measured, openDetails, openRun, report, warmUp, work, type Bench } from './bench.js';
import { likeChanges, pairOf, stream } from './requests.js';

/** Likes that are prepared for each second of a burst: above any rate that was seen, so that none is sent twice. */
const PREPARED_PER_SECOND = 20_000;
/** A sink that has not caught up by then never will, in ms. */
const DRAIN_LIMIT_MS = 300_000;
/**
 * A burst is many people who like one video each, not a few who like one after another: with few connections its figure would say how long
 * a like takes, not how many the system takes. In the sustained run, at 6,000/s, each connection is asked every 43 ms.
 */
const CONNECTIONS = 256;
/** A second more than the load takes, so that no like is sent twice. */
const SPARE_SECONDS = 2;

/** The pairs that exist among the viewers; of another server only what was sent in this run is known. */
async function likedPairs({ own, data }: Bench): Promise<Set<number>> {
  const [first, last] = [data.viewers[0]?.userId, data.viewers.at(-1)?.userId];
  if (!own || first === undefined || last === undefined) return new Set();
  return new Set((await likesOf(first, last)).map(([viewerId, videoId]) => pairOf(viewerId - first, videoId)));
}

/** Likes of which each changes something, given what MySQL has now. */
export const freshLikes = async (bench: Bench): Promise<ReturnType<typeof likeChanges>> =>
  likeChanges(bench.data, bench.dialect, await likedPairs(bench), Date.now());

/** As many likes as the system takes for some seconds; MySQL may follow later. Every viewer is known before, and each run begins anew. */
export async function likeBurst(bench: Bench, afterEach: () => Promise<unknown> = async () => undefined): Promise<void> {
  await warmUp(bench, work(bench, stream('feed', bench.data, bench.dialect)));
  const prepared = PREPARED_PER_SECOND * bench.options.seconds;
  const connections = Math.max(CONNECTIONS, bench.options.connections);
  const runs: Run[] = [];
  for (let at = 0; at < bench.options.runs; at += 1) {
    const next = await freshLikes(bench);
    runs.push(await measured(bench, () => closedLoop(work(bench, next, { prepared, connections }))));
    await afterEach();
  }
  bench.peaks.set('like', report(bench, 'like', runs, { details: { connections: String(connections) } }).requestsPerSecond);
}

/** What `./doul reconcile` says, which compares everything that is stored twice. */
function reconcile(): string {
  const ops = join(import.meta.dirname, '../../ops/main.js');
  const { stdout, stderr } = spawnSync(process.execPath, [ops, 'reconcile', 'video', 'friend', 'comment'], { encoding: 'utf8' });
  return /^\d+ differences$/m.exec(stdout)?.[0] ?? (stderr.trim().split('\n').at(-1) || 'no verdict');
}

/** Likes at a steady rate, how far MySQL is behind meanwhile, and how long it needs for the rest. */
async function likeSustained(bench: Bench, lag: LikeLag): Promise<void> {
  const { rate, sustain } = bench.options;
  const next = await freshLikes(bench);
  const over = new AbortController();
  const following = lag.follow(over.signal);
  const load = { seconds: sustain, connections: CONNECTIONS, prepared: rate * (sustain + SPARE_SECONDS) };
  const run = await openRun(bench, next, rate, load).finally(() => over.abort());
  const lags = await following;
  const drainMs = await lag.drained(DRAIN_LIMIT_MS);
  const details = {
    ...openDetails(run),
    'MySQL behind at most': `${Math.max(...lags)} ms`,
    'MySQL has all after': `${drainMs} ms`,
    reconcile: reconcile(),
  };
  const series = { 'MySQL behind, ms, each second': lags };
  report(bench, 'like sustained', [run], { loop: 'open', offeredPerSecond: rate, details, series });
}

/** Bursts, and then a steady rate whose effects are checked. */
export async function likes(bench: Bench): Promise<void> {
  if (!bench.own) return likeBurst(bench);
  const lag = await LikeLag.connect();
  try {
    await likeBurst(bench, () => lag.drained(DRAIN_LIMIT_MS));
    await likeSustained(bench, lag);
  } finally {
    await lag.close();
  }
}
