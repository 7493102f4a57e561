import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../root.js';
import { chart } from './chart.js';
import { markdown } from './markdown.js';
import { keyOf, type Row } from './row.js';

const RESULTS = join(ROOT, 'bench/results');
const DOCUMENT = join(ROOT, 'docs/performance.md');
const BEGIN = '<!-- figures: made by ./doul bench --publish-docs; do not edit -->';
const END = '<!-- end of figures -->';

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** JSON, Markdown and a chart of the same name. */
function writeAll(path: string, rows: readonly Row[]): void {
  write(`${path}.json`, `${JSON.stringify({ rows }, null, 2)}\n`);
  write(`${path}.md`, `${markdown(rows)}\n`);
  write(`${path}.svg`, chart(rows));
}

/** Rows that were not measured anew stay, in their places. */
export function merged(before: readonly Row[], now: readonly Row[]): Row[] {
  const fresh = new Map(now.map((row) => [keyOf(row), row]));
  const kept = before.map((row) => fresh.get(keyOf(row)) ?? row);
  const known = new Set(before.map(keyOf));
  return [...kept, ...now.filter((row) => !known.has(keyOf(row)))];
}

/** A text with what is between its marks replaced. @throws Error when it has no marks */
export function withFigures(text: string, figures: string): string {
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error('the document has no place for figures');
  return `${before}${BEGIN}\n\n${figures}\n\n${END}${after}`;
}

export function readRows(path: string): Row[] {
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { rows: Row[] }).rows : [];
}

/** Writes the rows of a run: as JSON under its time, and everything as the latest. */
export function writeReport(rows: readonly Row[], out = join(RESULTS, `${new Date().toISOString().replace(/[:.]/g, '-')}.json`)): void {
  write(out, `${JSON.stringify({ rows }, null, 2)}\n`);
  writeAll(join(RESULTS, 'latest'), rows);
  console.log(`\nwritten to ${out}, bench/results/latest.md and latest.svg`);
}

/** Puts rows into the figures that are committed, and those into the document. */
export function publishDocs(rows: readonly Row[]): void {
  const reference = join(RESULTS, 'reference');
  const all = merged(readRows(`${reference}.json`), rows);
  writeAll(reference, all);
  const figures = `![Rates and costs](../bench/results/reference.svg)\n\n${markdown(all)}`;
  write(DOCUMENT, withFigures(readFileSync(DOCUMENT, 'utf8'), figures));
  console.log('published in bench/results/reference.* and docs/performance.md');
}
