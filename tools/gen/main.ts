import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { config } from './config.js';
import { errors } from './errors.js';
import { events } from './events.js';
import type { GeneratedFile, Generator } from './generator.js';
import { keys } from './keys.js';
import { openapi } from './openapi.js';
import { kubernetes } from './kubernetes.js';
import { proto } from './proto.js';
import { filesBelow, root } from './repository.js';
import { routes } from './routes.js';
import { tables } from './tables.js';

const generators: readonly Generator[] = [proto, errors, keys, events, config, routes, openapi, tables, kubernetes];

const current = (path: string): string | undefined => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined);

function write({ path, text }: GeneratedFile): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** `npm run gen` writes what differs; with --check it only names it and fails. */
async function main(check: boolean): Promise<void> {
  const stale: string[] = [];
  for (const generator of generators) {
    const files = await generator.generate();
    const changed = files.filter(({ path, text }) => current(path) !== text);
    const made = new Set(files.map(({ path }) => path));
    const left = generator.folder ? filesBelow(generator.folder).filter((path) => !made.has(path)) : [];
    stale.push(...changed.map(({ path }) => path), ...left);
    if (check) continue;
    changed.forEach(write);
    left.forEach((path) => rmSync(join(root, path)));
  }
  if (stale.length > 0) console.log(stale.map((path) => `${check ? 'out of date' : 'wrote'}: ${path}`).join('\n'));
  if (!check || stale.length === 0) return;
  console.log('Run `npm run gen` and commit what it writes.');
  process.exitCode = 1;
}

await main(process.argv.includes('--check'));
// Modules that were loaded for their declarations may hold timers.
process.exit();
