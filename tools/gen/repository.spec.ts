import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './repository.js';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const folders = (path: string): string[] =>
  readdirSync(join(root, path), { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

/** Files that git knows, or would add. */
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(root, path)));
const texts = tracked.filter((path) =>
  /\.(ts|js|json|md|ya?ml|sh|proto|sql|svg|template|conf|lua|example)$|^(doul|\.ci\/run|\.npmrc)$/.test(path),
);

const withLine = (pattern: RegExp, except: RegExp = /^$/): string[] =>
  texts
    .filter((path) => !except.test(path))
    .flatMap((path) =>
      read(path)
        .split('\n')
        .flatMap((line, at) => (pattern.test(line) ? [`${path}:${at + 1}: ${line.trim()}`] : [])),
    );

describe('the repository', () => {
  it.each(folders('libs'))('libs/%s has a README and one entry', (lib) => {
    expect(existsSync(join(root, 'libs', lib, 'README.md'))).toBe(true);
    expect(existsSync(join(root, 'libs', lib, 'index.ts'))).toBe(true);
  });

  it.each(folders('apps'))('apps/%s describes itself and starts its layers in three lines', (app) => {
    expect(existsSync(join(root, 'apps', app, 'README.md'))).toBe(true);
    const layers = ['api', 'rpc', 'worker'].filter((layer) => existsSync(join(root, 'apps', app, layer, 'main.ts')));
    expect(layers.length).toBeGreaterThanOrEqual(2);
    for (const layer of layers) expect(read(`apps/${app}/${layer}/main.ts`).trim().split('\n').filter(Boolean)).toHaveLength(3);
  });

  it('has no library between index files but the one entry of each', () => {
    const barrels = tracked.filter(
      (path) => /(^|\/)index\.ts$/.test(path) && !/^(libs|clients)\/\w+\/index\.ts$/.test(path) && !path.includes('/migrations/'),
    );
    expect(barrels).toEqual([]);
  });

  it('locks packages without naming where they were fetched from', () => {
    expect(read('package-lock.json')).not.toContain('"resolved"');
    expect(read('.npmrc')).not.toMatch(/^\s*(@[\w-]+:)?registry\s*=/m);
  });

  it('pins every dependency exactly', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));
    expect(loose).toEqual([]);
  });

  it('names no place of the machine it was written on', () => {
    // A home or a work folder at the start of a path; URLs and paths below / that every system has are fine.
    expect(withLine(/(^|[\s"'`=(])\/(home|root|work|Users)\//, /repository\.spec\.ts$/)).toEqual([]);
  });

  it('leaves nothing for later', () => {
    expect(withLine(/\b(TODO|FIXME|XXX)\b/, /repository\.spec\.ts$|^package-lock\.json$/)).toEqual([]);
  });

  it('holds no key', () => {
    expect(withLine(/-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bLTAI[0-9A-Za-z]{12,}\b/, /repository\.spec\.ts$/)).toEqual(
      [],
    );
  });

  it('links from its documents only to what exists', () => {
    const documents = tracked.filter((path) => path.endsWith('.md'));
    const broken = documents.flatMap((path) =>
      [
        ...read(path)
          .replace(/^```[\s\S]*?^```$/gm, '')
          .matchAll(/\]\(([^)#\s]+)[^)]*\)/g),
      ]
        .map(([, target = '']) => target)
        .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(root, path, '..', target)))
        .map((target) => `${path} -> ${target}`),
    );
    expect(broken).toEqual([]);
  });
});
