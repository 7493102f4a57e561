import { median } from '../load/histogram.js';
import type { Load } from '../load/wrk.js';
import type { Calls } from '../measure/calls.js';
import type { Machine } from '../measure/machine.js';

export interface ProcessCost {
  name: string;
  /** CPU time per successful answer, in µs. */
  cpuUs: number;
  rssMb: number;
}

/** What one run measured. */
export interface Run extends Load {
  processes: ProcessCost[];
  /** Per successful answer; undefined for other servers. */
  calls: Calls | undefined;
}

/** A line of the report: the medians of some runs. */
export interface Row extends Run {
  scenario: string;
  loop: 'closed' | 'open';
  shape: string;
  size: string;
  machine: Machine;
  runs: number;
  /** CPU time that our processes use without load, in ms per second; contained in what they use with it. */
  idleMsPerSecond: number;
  offeredPerSecond?: number;
  /** nginx serving a file of the same bytes, in the same runs. */
  staticPerSecond?: number;
  /** What only this scenario measures: name and figure with its unit. */
  details?: Record<string, string>;
  /** Figures over time: a name, and values at equal distances. */
  series?: Record<string, number[]>;
}

export const cpuUs = ({ processes }: Pick<Run, 'processes'>): number => processes.reduce((sum, one) => sum + one.cpuUs, 0);
export const generatorUs = ({ generatorCpuMs, requests }: Load): number => (generatorCpuMs * 1_000) / Math.max(1, requests);

type Figure = Exclude<keyof Load, 'requests'>;
const FIGURES: readonly Figure[] = ['requestsPerSecond', 'p50Ms', 'p95Ms', 'p99Ms', 'bytesPerAnswer', 'generatorCpuMs'];

function medianCosts(runs: readonly Run[]): ProcessCost[] {
  const names = [...new Set(runs.flatMap(({ processes }) => processes.map(({ name }) => name)))];
  const of = (name: string, figure: 'cpuUs' | 'rssMb'): number =>
    median(runs.map(({ processes }) => processes.find((one) => one.name === name)?.[figure] ?? 0));
  return names.map((name) => ({ name, cpuUs: of(name, 'cpuUs'), rssMb: of(name, 'rssMb') })).sort((a, b) => b.cpuUs - a.cpuUs);
}

function medianCalls(runs: readonly Run[]): Calls | undefined {
  const calls = runs.flatMap((run) => run.calls ?? []);
  if (calls.length === 0) return undefined;
  const of = (kind: keyof Calls): number => median(calls.map((one) => one[kind]));
  return { rpc: of('rpc'), sql: of('sql'), redis: of('redis') };
}

/** The median of each figure by itself; errors are summed, since none may be lost. */
export function medianRun(runs: readonly Run[]): Run {
  const figures = Object.fromEntries(FIGURES.map((name) => [name, median(runs.map((run) => run[name]))])) as Record<Figure, number>;
  return {
    ...figures,
    requests: median(runs.map((run) => run.requests)),
    errors: runs.reduce((sum, run) => sum + run.errors, 0),
    processes: medianCosts(runs),
    calls: medianCalls(runs),
  };
}

/** What tells rows of one scenario apart. */
export const keyOf = ({ scenario, shape, size }: Row): string => [scenario, shape, size].join('/');

/** A row's name for people: what is usual is left out. */
export function nameOf({ scenario, shape, size }: Row): string {
  const marks = [shape === 'distributed' ? '' : shape, size === 'default' ? '' : size].filter(Boolean);
  return marks.length > 0 ? `${scenario} (${marks.join(', ')})` : scenario;
}
