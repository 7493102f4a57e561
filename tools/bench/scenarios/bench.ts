import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSet } from '../data/dataset.js';
import type { Dialect } from '../dialect/mapping.js';
import { median } from '../load/histogram.js';
import { closedLoop, openLoop, type Load, type OpenLoad, type Work } from '../load/wrk.js';
import { startCounting, type Calls } from '../measure/calls.js';
import { machine } from '../measure/machine.js';
import { startMeasuring } from '../measure/processes.js';
import type { Options } from '../options.js';
import { printRow } from '../report/print.js';
import { medianRun, type Row, type Run } from '../report/row.js';
import { ROOT } from '../root.js';
import { PREPARED } from './requests.js';

/** Code is compiled and caches are filled before anything is measured, in seconds. */
export const WARM_UP_SECONDS = 3;
/** A server too slow to see all viewers by then is measured as it is. */
const MOST_WARM_UPS = 20;
/** Connections of open loops: the more, the less a slow answer on one keeps its next request waiting; but each is a thread. */
export const OPEN_CONNECTIONS = 128;

/** What every scenario works with. */
export interface Bench {
  url: string;
  dialect: Dialect;
  data: DataSet;
  options: Options;
  shape: string;
  /** Whether it is our own system, whose processes and counters can be read. */
  own: boolean;
  /** What our processes use when nobody asks anything, in ms of CPU per second. */
  idleMsPerSecond: number;
  rows: Row[];
  /** The peak of each closed loop that has run, in requests/s. */
  peaks: Map<string, number>;
}

/** Long enough for timers of a second to fire alike, in ms. */
const IDLE_MS = 3_000;

/** What was just written is still merged, flushed and copied for a while; one that never gets quiet is measured as it is. */
const MOST_IDLE_TIMES = 20;
/** A time that needs at least this much of the one before is no longer the end of something. */
const SETTLED = 0.9;

async function idleTime(): Promise<number> {
  const finish = startMeasuring(ROOT);
  await sleep(IDLE_MS);
  return finish().reduce((sum, { cpuMs }) => sum + cpuMs, 0) / (IDLE_MS / 1_000);
}

/** CPU time that our processes use without load once they are quiet, in ms per second. It is part of every row's cost per request. */
export async function idleCost(): Promise<number> {
  let cost = await idleTime();
  for (let times = 1; times < MOST_IDLE_TIMES; times += 1) {
    const before = cost;
    cost = await idleTime();
    if (cost >= SETTLED * before) return Math.min(before, cost);
  }
  return cost;
}

const perRequest = (calls: Calls, requests: number): Calls => {
  const each = 1 / Math.max(1, requests);
  return { rpc: calls.rpc * each, sql: calls.sql * each, redis: calls.redis * each };
};

/** Runs a load and says what it cost our processes; nothing is known about other servers. */
export async function measured<L extends Load>(bench: Bench, load: () => Promise<L>): Promise<L & Run> {
  if (!bench.own) return { ...(await load()), processes: [], calls: undefined };
  const count = await startCounting();
  const finish = startMeasuring(ROOT);
  const result = await load();
  const uses = finish();
  const calls = await count();
  const cost = (cpuMs: number): number => (cpuMs * 1_000) / Math.max(1, result.requests);
  const processes = uses.map(({ name, cpuMs, rssMb }) => ({ name, cpuUs: cost(cpuMs), rssMb }));
  return { ...result, processes, calls: perRequest(calls, result.requests) };
}

export function work(bench: Bench, next: Work['next'], part: Partial<Work> = {}): Work {
  const { seconds, connections } = bench.options;
  return {
    url: bench.url,
    seconds,
    connections,
    next,
    prepared: PREPARED,
    success: bench.dialect.mapping.success,
    echoes: bench.own,
    ...part,
  };
}

/** Adds a row to the report and prints it. */
export function report(bench: Bench, scenario: string, runs: readonly Run[], more: Partial<Row> = {}): Row {
  const { shape, options, idleMsPerSecond } = bench;
  const row: Row = {
    scenario,
    loop: 'closed',
    shape,
    size: options.size,
    idleMsPerSecond,
    machine: machine(),
    runs: runs.length,
    ...medianRun(runs),
    ...more,
  };
  bench.rows.push(row);
  printRow(row);
  return row;
}

/**
 * A closed loop until every viewer has asked once: what is remembered of a viewer is loaded with the first request, which costs many
 * times a later one.
 */
export async function warmUp(bench: Bench, load: Work): Promise<void> {
  const viewers = bench.data.viewers.length;
  let sent = 0;
  for (let times = 0; times < MOST_WARM_UPS && sent < viewers; times += 1) {
    const { requests } = await closedLoop({ ...load, seconds: WARM_UP_SECONDS, prepared: viewers, start: sent });
    sent += requests;
  }
}

/** A load this much faster than all before it was not measured warm. */
const FASTER = 1.05;
/** Loads in a row that have to be no faster: a single one may have been disturbed. */
const SETTLED_LOADS = 2;

/** A closed loop until it gets no faster, and at least so many times: hot code is compiled meanwhile. */
export async function warmUpCode(load: Work, least = 0): Promise<void> {
  let best = 0;
  for (let times = 0, settled = 0; times < MOST_WARM_UPS && (times < least || settled < SETTLED_LOADS); times += 1) {
    const { requestsPerSecond } = await closedLoop({ ...load, seconds: WARM_UP_SECONDS });
    settled = requestsPerSecond > FASTER * best ? 0 : settled + 1;
    best = Math.max(best, requestsPerSecond);
  }
}

/** Some measured closed loops, and `between` after each. */
export async function repeated(bench: Bench, load: Work, between: () => Promise<void> = async () => undefined): Promise<Run[]> {
  const runs: Run[] = [];
  for (let at = 0; at < bench.options.runs; at += 1) {
    runs.push(await measured(bench, () => closedLoop(load)));
    await between();
  }
  return runs;
}

/** One measured open loop. */
export function openRun(bench: Bench, next: Work['next'], rate: number, part: Partial<Work> = {}): Promise<OpenLoad & Run> {
  return measured(bench, () => openLoop(work(bench, next, { connections: OPEN_CONNECTIONS, ...part }), rate));
}

/** What of an open loop is told besides its latencies. */
export const openDetails = (...runs: readonly OpenLoad[]): Record<string, string> => {
  const of = (figure: (load: OpenLoad) => number): number => median(runs.map(figure));
  const [unanswered, refused] = [of((load) => load.unanswered), of((load) => load.refused)];
  return {
    'p99 since sending': `${of(({ sinceSent }) => sinceSent.p99Ms).toFixed(1)} ms`,
    ...(unanswered > 0 ? { 'due but unanswered at the end': String(unanswered) } : {}),
    ...(refused > 0 ? { 'refused with 503': String(refused) } : {}),
  };
};
