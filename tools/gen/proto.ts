import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import type { Generator } from './generator.js';
import { root } from './repository.js';

const FOLDER = 'libs/contracts/gen';
/** What options are declared with; the generated code does not use it. */
const DESCRIPTORS = `${FOLDER}/google/`;

/** libs/contracts/gen: TypeScript of everything in proto/. */
export const proto: Generator = {
  name: 'proto',
  folder: FOLDER,
  generate() {
    const out = mkdtempSync(join(tmpdir(), 'doul-gen-'));
    try {
      execFileSync(join(root, 'node_modules/.bin/buf'), ['generate', '-o', out], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
      const files = readdirSync(join(out, FOLDER), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      const generated = files.map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return { path: relative(out, path).split(sep).join('/'), text: readFileSync(path, 'utf8') };
      });
      return Promise.resolve(generated.filter(({ path }) => !path.startsWith(DESCRIPTORS)));
    } finally {
      rmSync(out, { recursive: true, force: true });
    }
  },
};
