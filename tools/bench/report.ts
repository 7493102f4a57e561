import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname } from 'node:path';
import type { Load } from './load.js';
import type { ProcessUse } from './processes.js';

export interface Result extends Load {
  scenario: string;
  processes: ProcessUse[];
}

function commit(): string {
  try {
    const hash = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
    const dirty = execFileSync('git', ['status', '--porcelain', '-uno'], { encoding: 'utf8' }).trim() !== '';
    return dirty ? `${hash}+changes` : hash;
  } catch {
    return 'unknown';
  }
}

/** What the figures were measured on. */
export function machine(): Record<string, string | number> {
  const [first] = cpus();
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    commit: commit(),
  };
}

const ms = (value: number): string => value.toFixed(value < 10 ? 1 : 0);

/** One line for a scenario, and one for what each process took of the CPU time that all of them used, with its memory. */
export function printResult(result: Result): void {
  const total = result.processes.reduce((sum, each) => sum + each.cpuMs, 0);
  const share = ({ name, cpuMs, rssMb }: ProcessUse): string =>
    `${name} ${Math.round((100 * cpuMs) / Math.max(1, total))}% ${Math.round(rssMb)} MB`;
  console.log(
    [
      result.scenario.padEnd(14),
      `${Math.round(result.requestsPerSecond).toLocaleString('en')}/s`.padStart(10),
      `p50 ${ms(result.p50Ms)} ms`.padStart(12),
      `p99 ${ms(result.p99Ms)} ms`.padStart(12),
      `${result.errors} errors`.padStart(10),
      `${Math.round((total * 1_000) / Math.max(1, result.requests))} µs CPU/request`.padStart(20),
      `${(result.bytesPerAnswer / 1024).toFixed(1)} KB`.padStart(9),
    ].join(' '),
  );
  // What nginx serves statically says nothing about the layers.
  if (result.scenario !== 'static') console.log(`  ${result.processes.map(share).join(', ')}`);
}

export function writeReport(path: string, results: readonly Result[], settings: Record<string, unknown>): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify({ machine: machine(), settings, results }, null, 2)}\n`);
  console.log(`\nwritten to ${path}`);
}
