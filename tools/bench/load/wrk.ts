import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { outsideEnvironment, ROOT } from '../root.js';
import { bucketOf, percentileMs, total, type Buckets } from './histogram.js';
import { writeRequests, type Request } from './request-file.js';

export interface Latency {
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
}

/** What came of a load. */
export interface Load extends Latency {
  /** Successful answers. */
  requests: number;
  requestsPerSecond: number;
  /** Broken connections, HTTP errors, and envelopes whose status is not success. */
  errors: number;
  bytesPerAnswer: number;
  generatorCpuMs: number;
}

/** What came of an open loop. */
export interface OpenLoad extends Load {
  offeredPerSecond: number;
  /** Measured, without the warm-up. */
  seconds: number;
  /** HTTP 503, and how fast it came. They are not among the errors. */
  refused: number;
  refusedP99Ms: number;
  /** The same latencies from the moment of sending instead of the moment at which the request was due. */
  sinceSent: Latency;
  /** Requests that were due and neither answered nor sent by the end. */
  unanswered: number;
}

export interface Work {
  url: string;
  seconds: number;
  connections: number;
  next: () => Request;
  /** Requests prepared; they are repeated when the time is not over. */
  prepared: number;
  /** Requests skipped at the beginning. */
  start?: number;
  /** Text in every successful answer; `-` = HTTP 2xx is enough. */
  success: string;
  /** Whether the server repeats X-Request-Id: an open loop then needs one thread instead of one for each connection. */
  echoes?: boolean;
}

/** The line that replay.lua prints. */
interface Reported {
  seconds: number;
  /** Of an open loop without its warm-up. */
  span: number;
  /** Of the generator. */
  cpuMs: number;
  requests: number;
  bytes: number;
  transport: number;
  refusedStatus: number;
  late: number;
  p50: number;
  p95: number;
  p99: number;
  failed: number;
  sent: number;
  answered: number;
  good: number;
  goodLate: Buckets;
  goodTook: Buckets;
  refusedTook: Buckets;
}

/** A connection that gets no answer for so long counts as broken. */
const TIMEOUT = '10s';
/** Each thread of an open loop reads a file of its own as far as there are so many, so that nothing is held twice. */
const MOST_SLICES = 1_000;
/** Time to make the threads of an open loop and connect them, in ms: a fixed part, and one for each. */
const READY_MS = { fixed: 500, thread: 1 };
/** The start of an open loop, when all connections are made at once, is not counted, in ms. */
const OPEN_WARM_UP_MS = 1_000;

/** How long the generator may read its requests before the load and gather its figures after it, in ms. */
const AROUND_MS = 60_000;

/** The generator stopped sending and did not end: what came of its load says nothing of the server. */
export class GeneratorHung extends Error {}

function runWrk(seconds: number, args: readonly string[]): Promise<Reported> {
  return new Promise((resolve, reject) => {
    const deadline = { timeout: seconds * 1_000 + AROUND_MS, killSignal: 'SIGKILL' } as const;
    const child = spawn('wrk', args, { env: outsideEnvironment(), stdio: ['ignore', 'pipe', 'pipe'], ...deadline });
    let said = '';
    child.stdout.on('data', (data) => (said += String(data)));
    child.stderr.on('data', (data) => (said += String(data)));
    child.once('error', reject);
    child.once('close', () => {
      // Only its deadline ends it from here.
      if (child.killed) return reject(new GeneratorHung(`wrk had not ended ${AROUND_MS / 1_000} s after a load of ${seconds} s`));
      const line = /^RESULT (.*)$/m.exec(said)?.[1];
      if (line) resolve(JSON.parse(line) as Reported);
      else reject(new Error(`wrk failed: ${said.slice(-2_000)}`));
    });
  });
}

async function replay(work: Work, threads: number, periodMs: number): Promise<Reported> {
  const file = writeRequests(work.url, work.prepared, Math.min(threads, MOST_SLICES), work.next);
  const readyMs = periodMs === 0 ? 0 : READY_MS.fixed + READY_MS.thread * threads;
  const seconds = Math.ceil(work.seconds + readyMs / 1_000);
  // The clock of the script too: both are CLOCK_MONOTONIC.
  const beginMs = Number(process.hrtime.bigint() / 1_000_000n) + readyMs;
  try {
    return await runWrk(seconds, [
      ...['-t', threads, '-c', work.connections, '-d', `${seconds}s`, '--timeout', TIMEOUT].map(String),
      ...['-s', join(ROOT, 'tools/bench/load/replay.lua'), work.url, '--'],
      ...[file.path, file.slices, work.start ?? 0, periodMs, beginMs, OPEN_WARM_UP_MS, work.success, Number(work.echoes ?? false)].map(
        String,
      ),
    ]);
  } finally {
    file.remove();
  }
}

/**
 * Closed loop: each connection sends its next request when it has its answer. wrk corrects its percentiles for coordinated
 * omission: a long answer also counts for the requests that it kept from being sent.
 */
export async function closedLoop(work: Work): Promise<Load> {
  const reported = await replay(work, 1, 0);
  const errors = reported.transport + reported.failed;
  const requests = reported.requests - reported.failed;
  return {
    requests,
    requestsPerSecond: requests / reported.seconds,
    p50Ms: reported.p50 / 1_000,
    p95Ms: reported.p95 / 1_000,
    p99Ms: reported.p99 / 1_000,
    errors,
    bytesPerAnswer: Math.round(reported.bytes / Math.max(1, reported.requests)),
    generatorCpuMs: reported.cpuMs,
  };
}

/** Requests that are under way when a run begins and ends are no backlog, as a share of those that are due. */
const EDGES = 0.02;

/** A backlog counts as slow as the whole run was long: whoever is in it has waited, and would have waited on. */
function withBacklog(buckets: Buckets, unanswered: number, due: number, seconds: number): Buckets {
  return unanswered > EDGES * due ? [...buckets, [bucketOf(seconds * 1e6), unanswered]] : buckets;
}

const latencyOf = (buckets: Buckets): Latency => ({
  p50Ms: percentileMs(buckets, 0.5),
  p95Ms: percentileMs(buckets, 0.95),
  p99Ms: percentileMs(buckets, 0.99),
});

/**
 * Open loop: requests leave at `rate` per second, at moments that do not depend on the answers, and a latency counts from the
 * moment at which the request was due. Each connection is a thread of wrk, because only so a script knows whose answer it sees,
 * unless the server says so by repeating the request's id.
 */
export async function openLoop(work: Work, rate: number): Promise<OpenLoad> {
  const threads = work.echoes ? 1 : work.connections;
  const reported = await replay(work, threads, (threads * 1_000) / rate);
  const seconds = reported.span;
  const refused = total(reported.refusedTook);
  const due = Math.round(rate * seconds);
  const unanswered = Math.max(0, due - reported.answered);
  return {
    ...latencyOf(withBacklog(reported.goodLate, unanswered, due, seconds)),
    requests: reported.good,
    requestsPerSecond: reported.good / seconds,
    errors: reported.failed + reported.transport,
    bytesPerAnswer: Math.round(reported.bytes / Math.max(1, reported.requests)),
    generatorCpuMs: reported.cpuMs,
    offeredPerSecond: rate,
    seconds,
    refused,
    refusedP99Ms: percentileMs(reported.refusedTook, 0.99),
    sinceSent: latencyOf(reported.goodTook),
    unanswered,
  };
}
