import { closedLoop } from '../load/wrk.js';
import { openRun, report, warmUp, work, type Bench } from './bench.js';
import { stream } from './requests.js';

/** Times the peak that is offered. */
const FACTOR = 5;
/** So many that refusals within 50 ms leave room for the next request of a connection at any rate that two cores can offer. */
const CONNECTIONS = 1_000;
const NAMES = ['comment', 'feed'] as const;

async function peakOf(bench: Bench, name: (typeof NAMES)[number]): Promise<number> {
  const load = work(bench, stream(name, bench.data, bench.dialect));
  await warmUp(bench, load);
  return bench.peaks.get(name) ?? (await closedLoop(load)).requestsPerSecond;
}

/** Far more requests than can be answered: how many are answered still, and how fast the others hear that they are not. */
export async function overload(bench: Bench): Promise<void> {
  for (const name of NAMES.filter((one) => bench.dialect.has(one))) {
    const peak = await peakOf(bench, name);
    const rate = Math.round(FACTOR * peak);
    const next = stream(name, bench.data, bench.dialect, Date.now());
    const run = await openRun(bench, next, rate, { connections: CONNECTIONS });
    const answered = run.requests + run.refused + run.errors;
    const details = {
      peak: `${Math.round(peak)}/s`,
      goodput: `${Math.round(run.requestsPerSecond)}/s, ${((100 * run.requestsPerSecond) / peak).toFixed(0)} % of the peak`,
      sent: `${Math.round(answered / Math.max(1, run.seconds))}/s`,
      'refused with 503': `${((100 * run.refused) / Math.max(1, answered)).toFixed(0)} %, p99 ${run.refusedP99Ms.toFixed(1)} ms after sending`,
      'answered, p99': `${run.sinceSent.p99Ms.toFixed(0)} ms after sending`,
    };
    report(bench, `overload: ${name}`, [run], { loop: 'open', offeredPerSecond: rate, details });
  }
}
