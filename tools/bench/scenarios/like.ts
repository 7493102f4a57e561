import { likesOf } from '../data/liked.js';
import { closedLoop } from '../load/wrk.js';
import type { Run } from '../report/row.js';
import { measured, report, warmUp, work, type Bench } from './bench.js';
import { likeChanges, pairOf, stream } from './requests.js';

/** Likes that are prepared for each second of a burst: above any rate that was seen, so that none is sent twice. */
const PREPARED_PER_SECOND = 20_000;

/** The pairs that exist among the viewers; of another server only what was sent in this run is known. */
export async function likedPairs({ own, data }: Bench): Promise<Set<number>> {
  const [first, last] = [data.viewers[0]?.userId, data.viewers.at(-1)?.userId];
  if (!own || first === undefined || last === undefined) return new Set();
  return new Set((await likesOf(first, last)).map(([viewerId, videoId]) => pairOf(viewerId - first, videoId)));
}

/** As many likes as the system takes for some seconds; MySQL may follow later. Every viewer is known before, and each run begins anew. */
export async function likeBurst(bench: Bench): Promise<void> {
  await warmUp(bench, work(bench, stream('feed', bench.data, bench.dialect)));
  const prepared = PREPARED_PER_SECOND * bench.options.seconds;
  const runs: Run[] = [];
  for (let at = 0; at < bench.options.runs; at += 1) {
    const next = likeChanges(bench.data, bench.dialect, await likedPairs(bench), Date.now());
    runs.push(await measured(bench, () => closedLoop(work(bench, next, { prepared }))));
  }
  bench.peaks.set('like', report(bench, 'like', runs).requestsPerSecond);
}
