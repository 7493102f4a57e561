import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, ROOT, readJson, writeFile } from './layout.js';
import { runQuiet } from './run.js';

export const UP_TO_DATE = 'up to date';

/** @typedef {{ version?: string, optional?: boolean, peer?: boolean, link?: boolean }} Locked */

/**
 * Packages of the lock file that are not installed in the version it names; optional ones may be missing.
 * @param {Record<string, Locked>} wanted
 * @param {Record<string, Locked>} installed
 */
export const outdated = (wanted, installed) =>
  Object.entries(wanted)
    .filter(([path, { optional, version, link }]) => path !== '' && !optional && !link && installed[path]?.version !== version)
    .map(([path]) => path.replace(/^node_modules\//, ''));

/** @param {string} path @returns {Record<string, Locked>} */
const lockedPackages = (path) => readJson(path, /** @type {{ packages?: Record<string, Locked> }} */ ({})).packages ?? {};

export const missingPackages = () =>
  outdated(lockedPackages(join(ROOT, 'package-lock.json')), lockedPackages(join(ROOT, 'node_modules/.package-lock.json')));

/** @returns {Promise<string>} */
export async function installPackages() {
  const missing = missingPackages();
  if (missing.length === 0) return UP_TO_DATE;
  await runQuiet('npm', ['ci', '--no-audit', '--no-fund']);
  return `npm ci, ${missing.length} packages`;
}

/** What the build reads. */
const SOURCES = ['apps', 'clients', 'libs', 'tools', '.swcrc', 'package.json'];
const STAMP = join(CACHE, 'build.stamp');

/** @param {string} path @param {string[]} into */
function listSources(path, into) {
  const { mtimeMs, size } = statSync(path);
  if (!statSync(path).isDirectory()) return void into.push(`${path} ${mtimeMs} ${size}`);
  for (const name of readdirSync(path).sort()) listSources(join(path, name), into);
}

function sourceStamp() {
  /** @type {string[]} */
  const lines = [];
  for (const name of SOURCES) listSources(join(ROOT, name), lines);
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

/** @returns {Promise<string>} */
export async function build() {
  const stamp = sourceStamp();
  const known = existsSync(STAMP) ? readFileSync(STAMP, 'utf8') : '';
  if (known === stamp && existsSync(join(ROOT, 'dist/apps/main.js'))) return UP_TO_DATE;
  await runQuiet('npm', ['run', '--silent', 'build']);
  writeFile(STAMP, stamp);
  return 'built';
}
