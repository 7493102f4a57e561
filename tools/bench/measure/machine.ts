import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { ROOT } from '../root.js';

/** What figures were measured on. */
export interface Machine {
  cpu: string;
  cores: number;
  memoryGb: number;
  node: string;
  /** With `+changes` when the working tree differed from it. */
  commit: string;
  /** ISO 8601. */
  date: string;
}

function commit(): string {
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
  try {
    const hash = git('rev-parse', '--short', 'HEAD');
    return git('status', '--porcelain', '-uno') === '' ? hash : `${hash}+changes`;
  } catch {
    return 'unknown';
  }
}

export function machine(): Machine {
  const cpu = cpus()[0]?.model.trim() ?? 'unknown';
  const memoryGb = Math.round(totalmem() / 2 ** 30);
  return { cpu, cores: cpus().length, memoryGb, node: process.version, commit: commit(), date: new Date().toISOString() };
}

export const machineLine = ({ cpu, cores, memoryGb, node, commit }: Machine): string =>
  `${cpu}, ${cores} cores, ${memoryGb} GB, Node ${node.slice(1)}, commit ${commit}`;
