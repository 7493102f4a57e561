import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Options, SizeName } from '../options.js';
import { cpuUs, type Row } from '../report/row.js';
import { readRows } from '../report/write.js';
import { outsideEnvironment, ROOT } from '../root.js';

const SCALED: readonly SizeName[] = ['10k', '100k', '1m'];
/** Pages whose cost must not depend on how much there is. */
const PAGES = ['feed', 'feed-distinct', 'feed-deep', 'comment-list', 'favorite-list'];

/** Runs `./doul bench` in a profile that it starts and stops by itself. */
function benchElsewhere(words: readonly string[], options: Options): Row[] {
  const dir = mkdtempSync(join(tmpdir(), 'doul-bench-'));
  const out = join(dir, 'rows.json');
  const { runs, seconds, connections } = options;
  const args = ['bench', ...words, '--runs', runs, '--seconds', seconds, '--connections', connections, '--out', out].map(String);
  try {
    const { status } = spawnSync(join(ROOT, 'doul'), args, { cwd: ROOT, stdio: 'inherit', env: outsideEnvironment() });
    if (status !== 0) throw new Error(`./doul ${args.join(' ')} failed`);
    return readRows(out);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Adds to each row how its cost compares with the smallest size's. */
export function compared(rows: readonly Row[]): Row[] {
  const first = new Map<string, Row>();
  return rows.map((row) => {
    const base = first.get(row.scenario) ?? row;
    first.set(row.scenario, base);
    const times = (cpuUs(row) / Math.max(1, cpuUs(base))).toFixed(2);
    return { ...row, details: { ...row.details, 'CPU per request': `${times} × that with ${base.size}` } };
  });
}

/** The cost of pages with ever more users and videos. Searches are left out: their index dominates the time to fill. */
export function scale(options: Options): Row[] {
  const rows = compared(
    SCALED.flatMap((size) => benchElsewhere([...PAGES, '--size', size, '--no-index', '--shape', 'distributed'], options)),
  );
  console.log('\nscale');
  for (const row of rows) {
    const { rpc = 0, sql = 0, redis = 0 } = row.calls ?? {};
    const calls = `RPC ${rpc.toFixed(2)} SQL ${sql.toFixed(2)} Redis ${redis.toFixed(2)}`;
    console.log(
      `  ${row.scenario.padEnd(16)} ${row.size.padStart(5)} ${cpuUs(row).toFixed(0).padStart(7)} µs  ${calls}  ${row.details?.['CPU per request'] ?? ''}`,
    );
  }
  return rows;
}

/** Every scenario in the distributed shape, the feed in one process, scale and the soak: what is published. */
export function everything(options: Options): Row[] {
  const usual = benchElsewhere(['--shape', 'distributed', '--profile', 'bench'], options);
  const single = benchElsewhere(['feed', 'feed-distinct', '--shape', 'all-in-one', '--profile', 'bench'], options);
  const soaked = benchElsewhere(
    ['soak', '--shape', 'distributed', '--profile', 'bench', '--minutes', String(options.soakMinutes)],
    options,
  );
  return [...usual, ...single, ...scale(options), ...soaked];
}
