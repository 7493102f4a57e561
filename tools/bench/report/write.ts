import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../root.js';
import type { Row } from './row.js';

const RESULTS = join(ROOT, 'bench/results');

/** Writes the rows of a run as JSON. */
export function writeReport(rows: readonly Row[], out = join(RESULTS, `${new Date().toISOString().replace(/[:.]/g, '-')}.json`)): void {
  const text = `${JSON.stringify({ rows }, null, 2)}\n`;
  for (const path of [out, join(RESULTS, 'latest.json')]) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  console.log(`\nwritten to ${out}`);
}
