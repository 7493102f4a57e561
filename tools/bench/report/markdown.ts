import { machineLine } from '../measure/machine.js';
import { ms, whole } from './print.js';
import { cpuUs, generatorUs, nameOf, type Row } from './row.js';

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map((_, at) => (at === 0 ? '---' : '---:')), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

function rateRow(row: Row): string[] {
  const offered = row.offeredPerSecond === undefined ? 'peak' : `${whole(row.offeredPerSecond)}/s`;
  const ratio = row.staticPerSecond ? (row.requestsPerSecond / row.staticPerSecond).toFixed(2) : '';
  const cost = row.processes.length > 0 ? whole(cpuUs(row)) : '';
  const latencies = [row.p50Ms, row.p95Ms, row.p99Ms].map(ms);
  const size = (row.bytesPerAnswer / 1024).toFixed(1);
  return [nameOf(row), offered, whole(row.requestsPerSecond), ...latencies, whole(row.errors), cost, size, ratio];
}

const RATES = ['scenario', 'offered', 'requests/s', 'p50 ms', 'p95 ms', 'p99 ms', 'errors', 'CPU µs/request', 'KB', '× static'];

function costRow(row: Row): string[] {
  const costs = row.processes.filter((one) => one.cpuUs >= cpuUs(row) / 50);
  const { rpc = 0, sql = 0, redis = 0 } = row.calls ?? {};
  const text = costs.map((one) => `${one.name} ${whole(one.cpuUs)}`).join(', ');
  return [nameOf(row), text, whole(generatorUs(row)), rpc.toFixed(2), sql.toFixed(2), redis.toFixed(2)];
}

const COSTS = ['scenario', 'CPU µs/request of each process', 'generator', 'RPC/request', 'SQL/request', 'Redis/request'];

/** The most memory that each process had in any row. */
function memory(rows: readonly Row[]): string {
  const most = new Map<string, number>();
  for (const { processes } of rows) for (const one of processes) most.set(one.name, Math.max(most.get(one.name) ?? 0, one.rssMb));
  const sorted = [...most].sort((a, b) => b[1] - a[1]);
  return table(
    ['process', 'most memory, MB'],
    sorted.map(([process, mb]) => [process, whole(mb)]),
  );
}

function particulars(rows: readonly Row[]): string {
  return rows
    .filter(({ details, series }) => details ?? series)
    .map((row) => {
      const details = Object.entries(row.details ?? {}).map(([what, figure]) => `  - ${what}: ${figure}`);
      const series = Object.entries(row.series ?? {}).map(([what, values]) => `  - ${what}: ${values.map(whole).join(', ')}`);
      return [`- **${nameOf(row)}**`, ...details, ...series].join('\n');
    })
    .join('\n');
}

/** The machines and commits of the rows, one line each. */
function origins(rows: readonly Row[]): string {
  const lines = rows.map((row) => `${machineLine(row.machine)}, ${row.machine.date.slice(0, 10)}`);
  const idle = Math.round(Math.max(...rows.map((row) => row.idleMsPerSecond)));
  return [...new Set(lines)].join('; ') + `. Without load all processes together use up to ${idle} ms of CPU per second.`;
}

/** The report as Markdown, without headings. */
export function markdown(rows: readonly Row[]): string {
  const costly = rows.filter((row) => row.processes.length > 0);
  return [
    origins(rows),
    table(RATES, rows.map(rateRow)),
    ...(costly.length > 0 ? [table(COSTS, costly.map(costRow)), memory(costly)] : []),
    particulars(rows),
  ]
    .filter(Boolean)
    .join('\n\n');
}
