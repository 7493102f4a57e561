import { existsSync, readdirSync } from 'node:fs';
import { dirname, extname, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Where the running code lies: the repository's root under vitest, dist/ after a build. */
const codeRoot = resolve(import.meta.dirname, '../..');

function findRoot(from: string): string {
  if (existsSync(join(from, 'package.json'))) return from;
  if (dirname(from) === from) throw new Error('this file is not inside the repository');
  return findRoot(dirname(from));
}

/** The repository's root, absolute. */
export const root = findRoot(codeRoot);

/** Files below a folder of the repository, relative to the root, with forward slashes, sorted. */
export function filesBelow(folder: string): string[] {
  const start = join(root, folder);
  if (!existsSync(start)) return [];
  return readdirSync(start, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

/** Source files of the product whose name ends so, specs excluded. */
export const sources = (ending: string): string[] =>
  ['apps', 'libs', 'tools'].flatMap(filesBelow).filter((path) => path.endsWith(ending) && !path.endsWith('spec.ts'));

/** Loads modules for what they declare. Sources are listed, not outputs: a deleted file may still have one. */
export async function load(paths: readonly string[]): Promise<void> {
  const ending = extname(import.meta.filename);
  for (const path of paths) await import(pathToFileURL(join(codeRoot, path.replace(/\.ts$/, ending))).href);
}
