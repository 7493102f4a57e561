import { median } from '../load/histogram.js';
import type { Request } from '../load/request-file.js';
import { serveStatically } from '../load/static-server.js';
import { closedLoop, type OpenLoad } from '../load/wrk.js';
import type { Run } from '../report/row.js';
import { openDetails, openRun, repeated, report, warmUp, warmUpCode, work, type Bench } from './bench.js';
import { stream, type StreamName } from './requests.js';

/** Of the peak, in the open loop that shows the latencies of an ordinary day. */
const PART_LOAD = 0.6;
/** The limit needs no long run, in seconds. */
const STATIC_SECONDS = 3;
const PAGE: Request = { method: 'GET', path: '/page.json' };

async function fetchOnce(bench: Bench, { method, path, headers = {} }: Request): Promise<Buffer> {
  const answer = await fetch(bench.url + path, { method, headers });
  if (!answer.ok) throw new Error(`${path} answers HTTP ${answer.status}`);
  return Buffer.from(await answer.arrayBuffer());
}

/** A page that is read: its peak, beside nginx serving a file of the same bytes in turn with it. */
export async function page(bench: Bench, name: StreamName): Promise<void> {
  const next = stream(name, bench.data, bench.dialect);
  const limit = await serveStatically(await fetchOnce(bench, next()));
  try {
    const limits: number[] = [];
    await warmUp(bench, work(bench, next));
    const runs = await repeated(bench, work(bench, next), async () => {
      const load = await closedLoop(work(bench, () => PAGE, { url: limit.url, seconds: STATIC_SECONDS }));
      limits.push(load.requestsPerSecond);
    });
    const row = report(bench, name, runs, { staticPerSecond: median(limits) });
    bench.peaks.set(name, row.requestsPerSecond);
  } finally {
    await limit.stop();
  }
}

/** The limit by itself. */
export async function staticPage(bench: Bench): Promise<void> {
  const bytes = await fetchOnce(bench, stream('feed', bench.data, bench.dialect)());
  const limit = await serveStatically(bytes);
  try {
    const load = work(bench, () => PAGE, { url: limit.url, seconds: STATIC_SECONDS });
    report(
      bench,
      'static',
      (await repeated(bench, load)).map((run) => ({ ...run, processes: [], calls: undefined })),
    );
  } finally {
    await limit.stop();
  }
}

/** Requests without a page to compare with. */
export async function requests(bench: Bench, name: StreamName, connections = bench.options.connections): Promise<void> {
  const load = work(bench, stream(name, bench.data, bench.dialect), { connections });
  await warmUpCode(load);
  const row = report(bench, name, await repeated(bench, load));
  bench.peaks.set(name, row.requestsPerSecond);
}

/** Latencies at 60 % of the peak. */
export async function partLoad(bench: Bench, name: StreamName): Promise<void> {
  const rate = Math.round(PART_LOAD * (bench.peaks.get(name) ?? 0));
  if (rate === 0) return;
  const next = stream(name, bench.data, bench.dialect, 43);
  const runs: (OpenLoad & Run)[] = [];
  while (runs.length < bench.options.runs) runs.push(await openRun(bench, next, rate));
  report(bench, `${name} at 60 %`, runs, { loop: 'open', offeredPerSecond: rate, details: openDetails(...runs) });
}
