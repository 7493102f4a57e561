import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

interface Ticks {
  readonly busy: number;
  readonly all: number;
}

/** Busy and all ticks of each core since the machine started (proc(5)). */
export function coreTicks(): Ticks[] {
  const lines = readFileSync('/proc/stat', 'utf8')
    .split('\n')
    .filter((line) => /^cpu\d/.test(line));
  return lines.map((line) => {
    const ticks = line.split(/\s+/).slice(1).map(Number);
    const all = ticks.slice(0, 8).reduce((sum, each) => sum + each, 0);
    return { all, busy: all - (ticks[3] ?? 0) - (ticks[4] ?? 0) };
  });
}

/** How busy each core was between two looks, 0-1. */
export const busyShares = (before: readonly Ticks[], after: readonly Ticks[]): number[] =>
  after.map(({ busy, all }, core) => (busy - (before[core]?.busy ?? 0)) / Math.max(1, all - (before[core]?.all ?? 0)));

/** What layers and servers that nobody asks anything take is less than this share of the cores. */
const QUIET = 0.2;
const LOOK_MS = 2_000;
const LIMIT_MS = 90_000;

/**
 * Waits until the machine has nothing else to do: neither what is left of the measurement before, pictures mostly, nor servers
 * that have just started may be measured. Goes on after 90 s, and says so: a machine that is never quiet measures what it can.
 */
export async function quiet(): Promise<void> {
  for (let waited = 0; waited < LIMIT_MS; waited += LOOK_MS) {
    const before = coreTicks();
    await sleep(LOOK_MS);
    const shares = busyShares(before, coreTicks());
    if (shares.reduce((sum, share) => sum + share, 0) / shares.length < QUIET) return;
  }
  console.log(`  the machine was not quiet within ${LIMIT_MS / 1_000} s`);
}
