import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout this command belongs to. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
/** Everything this command makes lies here. */
export const HOME = join(ROOT, '.doul');
/** Downloads and stamps that all profiles share. */
export const CACHE = join(HOME, 'cache');

/** @param {string} profile */
export const profileDir = (profile) => join(HOME, profile);

/**
 * Makes a directory and returns it.
 * @param {...string} parts
 */
export function folder(...parts) {
  const path = join(...parts);
  mkdirSync(path, { recursive: true });
  return path;
}

/**
 * A JSON file's content, or the fallback when there is none or it is damaged.
 * @template T
 * @param {string} path
 * @param {T} fallback
 * @returns {T}
 */
export function readJson(path, fallback) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return fallback;
  }
}

/**
 * Replaces a file in one step, so that a reader never sees half of it.
 * @param {string} path
 * @param {string} text
 * @param {number} [mode]
 */
export function writeFile(path, text, mode = 0o644) {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text, { mode });
  renameSync(draft, path);
}

/**
 * @param {string} path
 * @param {unknown} value
 * @param {number} [mode]
 */
export const writeJson = (path, value, mode) => writeFile(path, `${JSON.stringify(value, undefined, 2)}\n`, mode);

/**
 * Whether any user may pass through every directory down to the path; a home of mode 0700 says no.
 * @param {string} path
 */
export function reachableByAll(path) {
  for (let at = path; ; at = dirname(at)) {
    if (existsSync(at) && (statSync(at).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

export const isRoot = process.getuid?.() === 0;
