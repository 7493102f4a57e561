import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseArguments } from './arguments.js';
import { choose, valueOf } from './bench.js';
import { countCrash, HEALTHY_MS, pauseAfter } from './backoff.js';
import { exportLines } from './environment.js';
import { outdated } from './fresh.js';
import { readJson, ROOT } from './layout.js';
import { choosePorts, PORT_NAMES } from './ports.js';
import { checkProfileName, overridesIn } from './profile.js';
import { isAlive, stat } from './procs.js';
import { sum, tallyOf } from './tally.js';
import { splitProfile } from './tools.js';

describe('restarts after crashes', () => {
  it('waits 1, 2, 4, 8 s and then always 8 s', () => {
    expect([0, 1, 2, 3, 4, 50].map(pauseAfter)).toEqual([1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
  });

  it('begins anew after a minute of health', () => {
    expect(countCrash(3, HEALTHY_MS - 1)).toBe(4);
    expect(countCrash(3, HEALTHY_MS)).toBe(1);
  });
});

describe('ports', () => {
  const always = () => Promise.resolve(true);

  it('are distinct, and the entry point is 8080', async () => {
    const ports = await choosePorts({}, always);
    expect(new Set(Object.values(ports)).size).toBe(PORT_NAMES.length);
    expect(ports.nginx).toBe(8080);
  });

  it('are remembered, but for one that another program took', async () => {
    const before = await choosePorts({}, always);
    const after = await choosePorts(before, (port) => Promise.resolve(port !== before.redis && port !== before.nginx));
    expect(after).toEqual({ ...before, redis: after.redis, nginx: 8081 });
    expect(after.redis).not.toBe(before.redis);
  });
});

describe('the environment', () => {
  it('survives a shell', () => {
    expect(exportLines('dev', { A: `it's "x" $y` }).split('\n')[0]).toBe(`export A='it'\\''s "x" $y'`);
  });

  it('names servers that run elsewhere, unless it was printed by this command', () => {
    const env = { MYSQL_URL: 'mysql://elsewhere', REDIS_URL: 'redis://mine', PATH: '/bin', DOUL_ENV: 'REDIS_URL,JWT_SECRET' };
    expect(overridesIn(env)).toEqual({ MYSQL_URL: 'mysql://elsewhere' });
  });

  it('takes an empty ELASTICSEARCH_URL as a choice', () => {
    expect(overridesIn({ ELASTICSEARCH_URL: '' })).toEqual({ ELASTICSEARCH_URL: '' });
  });
});

describe('arguments', () => {
  it('are words, flags and values, with = or without', () => {
    const known = { flags: ['-f'], values: ['-n', '--profile'] };
    expect(parseArguments(['redis', '-f', '-n', '5', '--profile=x'], known)).toEqual({
      words: ['redis'],
      flags: new Set(['-f']),
      values: { '-n': '5', '--profile': 'x' },
    });
    expect(() => parseArguments(['--al-in-one'], known)).toThrow('unknown option');
    expect(() => parseArguments(['-n'], known)).toThrow('needs a value');
  });

  it('of a tool are its own but for the profile', () => {
    expect(splitProfile(['list', '--profile', 'x', '--count', '3'], 'dev')).toEqual({ profile: 'x', rest: ['list', '--count', '3'] });
    expect(splitProfile(['--test', 'list'], 'dev')).toEqual({ profile: 'test', rest: ['list'] });
    expect(splitProfile(['list'], 'dev')).toEqual({ profile: 'dev', rest: ['list'] });
  });

  it('cannot name a profile that is a path or the cache', () => {
    for (const name of ['../x', 'cache', '', 'A']) expect(() => checkProfileName(name)).toThrow();
    checkProfileName('two-2');
  });
});

describe('packages', () => {
  it('are outdated when missing or of another version; optional ones may be missing', () => {
    const wanted = {
      '': {},
      'node_modules/a': { version: '1' },
      'node_modules/b': { version: '2' },
      'node_modules/c': { version: '3', optional: true },
    };
    expect(outdated(wanted, { 'node_modules/a': { version: '1' } })).toEqual(['b']);
    expect(outdated(wanted, { 'node_modules/a': { version: '0' }, 'node_modules/b': { version: '2' } })).toEqual(['a']);
  });
});

describe('the tally of a test run', () => {
  it('is that of its report, or a failure when it ended badly and does not say why', () => {
    expect(tallyOf({ passed: 3, failures: ['a feed begins: empty'] }, 1)).toEqual({ passed: 3, failures: ['a feed begins: empty'] });
    expect(tallyOf({ passed: 3, failures: [] }, 0)).toEqual({ passed: 3, failures: [] });
    expect(tallyOf({ passed: 3, failures: [] }, 7).failures).toEqual(['ended with code 7 and no failure']);
    expect(tallyOf(undefined, 0).failures).toEqual(['ended with code 0 and no report']);
    expect(
      sum([
        { passed: 1, failures: [] },
        { passed: 2, failures: ['a', 'b'] },
      ]),
    ).toEqual({ passed: 3, failed: 2 });
  });

  it('names tests that failed, files that could not be loaded, hooks that threw and errors that nobody waited for', async () => {
    const root = mkdtempSync(join(tmpdir(), 'doul-tally-'));
    onTestFinished(() => rmSync(root, { recursive: true }));
    const specs = {
      feed: `it('begins', () => {}); it('ends', () => { throw new Error('endless'); });`,
      hook: `describe('a hook', () => { it('is not seen', () => {}); afterAll(() => { throw new Error('not closed'); }); });`,
      lost: `it('goes on', async () => { void Promise.reject(new Error('nobody waits')); await new Promise((done) => setTimeout(done, 50)); });`,
      broken: `import './nowhere.js';`,
      skipped: `it.skip('later', () => {});`,
    };
    for (const [name, text] of Object.entries(specs)) writeFileSync(join(root, `${name}.spec.js`), text);
    writeFileSync(join(root, 'vitest.config.js'), 'export default { test: { globals: true } };');
    const report = join(root, 'tally.json');
    const args = ['run', '--root', root, `--reporter=${join(ROOT, 'tools/launcher/tally-reporter.js')}`];
    const child = spawn(process.execPath, [join(ROOT, 'node_modules/vitest/vitest.mjs'), ...args], {
      env: { ...process.env, TALLY_FILE: report },
      stdio: 'ignore',
    });
    const [code] = await once(child, 'exit');
    const { passed, failures } = tallyOf(readJson(report, undefined), code);
    expect(passed).toBe(3);
    expect(failures.sort()).toEqual([
      'a hook: not closed',
      expect.stringMatching(/^broken\.spec\.js: .*nowhere\.js/s),
      'ends: endless',
      'outside of every test: nobody waits',
    ]);
  });
});

describe('processes', () => {
  it('are known by pid and start time', () => {
    const own = stat(process.pid);
    expect(own?.parent).toBe(process.ppid);
    expect(isAlive(process.pid, own?.started)).toBe(true);
    expect(isAlive(process.pid, (own?.started ?? 0) + 1)).toBe(false);
  });
});

describe('bench', () => {
  it('measures what runs, when it has the shape that is asked for', () => {
    expect(choose({ running: 'production-shape' })).toEqual({ profile: 'dev' });
    expect(choose({ running: 'production-shape', shape: 'distributed' })).toEqual({ profile: 'dev' });
    expect(choose({ running: 'all-in-one', named: 'mine' })).toEqual({ profile: 'mine' });
  });

  it('starts a profile of its own for another shape or size, and one that is named and does not run', () => {
    expect(choose({ running: undefined })).toEqual({ profile: 'bench', start: 'production-shape' });
    expect(choose({ running: 'production-shape', shape: 'all-in-one' })).toEqual({ profile: 'bench', start: 'all-in-one' });
    expect(choose({ running: 'production-shape', size: '1m' })).toEqual({ profile: 'bench-1m', start: 'production-shape' });
    expect(choose({ running: undefined, named: 'mine', shape: 'all-in-one' })).toEqual({ profile: 'mine', start: 'all-in-one' });
    expect(() => choose({ running: undefined, shape: 'round' })).toThrow('--shape takes');
  });

  it('reads options in both spellings', () => {
    expect(valueOf(['feed', '--shape', 'x'], '--shape')).toBe('x');
    expect(valueOf(['--shape=x'], '--shape')).toBe('x');
    expect(valueOf(['feed'], '--shape')).toBeUndefined();
  });
});
