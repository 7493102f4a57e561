import { cpuUs, generatorUs, type Row } from './row.js';

export const ms = (value: number): string => value.toFixed(value < 10 ? 1 : 0);
export const whole = (value: number): string => Math.round(value).toLocaleString('en');
/** Shares of processes below it are not worth a place on the line. */
const WORTH_PRINTING = 0.02;

const callsText = ({ calls }: Row): string =>
  calls ? `calls per request: RPC ${calls.rpc.toFixed(2)}, SQL ${calls.sql.toFixed(2)}, Redis ${calls.redis.toFixed(2)}` : '';

function processText(row: Row): string {
  const total = cpuUs(row);
  const worth = row.processes.filter((one) => one.cpuUs >= total * WORTH_PRINTING);
  return worth.map(({ name, cpuUs: us, rssMb }) => `${name} ${us.toFixed(0)} µs ${rssMb.toFixed(0)} MB`).join(', ');
}

/** A row for the terminal: its figures, then what each process cost. */
export function printRow(row: Row): void {
  const offered = row.offeredPerSecond === undefined ? '' : ` of ${whole(row.offeredPerSecond)}`;
  const ratio = row.staticPerSecond ? `${(row.requestsPerSecond / row.staticPerSecond).toFixed(2)} × static` : '';
  console.log(
    [
      row.scenario.padEnd(18),
      `${whole(row.requestsPerSecond)}${offered}/s`.padStart(16),
      `p50 ${ms(row.p50Ms)}`.padStart(9),
      `p95 ${ms(row.p95Ms)}`.padStart(9),
      `p99 ${ms(row.p99Ms)} ms`.padStart(12),
      `${whole(row.errors)} errors`.padStart(10),
      row.processes.length > 0 ? `${cpuUs(row).toFixed(0)} µs CPU`.padStart(12) : '',
      `${(row.bytesPerAnswer / 1024).toFixed(1)} KB`.padStart(8),
      ratio,
    ].join(' '),
  );
  const lines = [
    row.processes.length > 0 ? `${processText(row)} (generator ${generatorUs(row).toFixed(0)} µs)` : '',
    callsText(row),
    ...Object.entries(row.details ?? {}).map(([name, figure]) => `${name}: ${figure}`),
    ...Object.entries(row.series ?? {}).map(([name, values]) => `${name}: ${values.map((value) => Math.round(value)).join(' ')}`),
  ];
  for (const line of lines.filter(Boolean)) console.log(`    ${line}`);
}
