import { describe, expect, it } from 'vitest';
import { parseArguments } from './arguments.js';
import { choose, valueOf } from './bench.js';
import { countCrash, HEALTHY_MS, pauseAfter } from './backoff.js';
import { exportLines } from './environment.js';
import { outdated } from './fresh.js';
import { choosePorts, PORT_NAMES } from './ports.js';
import { checkProfileName, overridesIn } from './profile.js';
import { isAlive, stat } from './procs.js';
import { failuresOf, sum, tallyOf } from './tally.js';
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
  it('counts a file that could not be loaded, and a run that ended badly', () => {
    expect(tallyOf({ numPassedTests: 3, numFailedTests: 1, testResults: [{ status: 'failed', assertionResults: [] }] }, 1)).toEqual({
      passed: 3,
      failed: 2,
    });
    expect(tallyOf(undefined, 1)).toEqual({ passed: 0, failed: 1 });
    expect(tallyOf({ numPassedTests: 3, numFailedTests: 0 }, 0)).toEqual({ passed: 3, failed: 0 });
    expect(
      sum([
        { passed: 1, failed: 0 },
        { passed: 2, failed: 3 },
      ]),
    ).toEqual({ passed: 3, failed: 3 });
  });
});

describe('the end of a test run', () => {
  it('names what failed, and files that could not be loaded', () => {
    const passed = { status: 'passed', fullName: 'a feed ends' };
    const failed = { status: 'failed', fullName: 'a feed begins', failureMessages: [`Error: empty${' at somewhere'.repeat(50)}`] };
    const [first, second, ...more] = failuresOf({
      testResults: [
        { name: 'feed.spec.ts', status: 'failed', assertionResults: [passed, failed] },
        { name: 'broken.spec.ts', status: 'failed', message: 'no such module', assertionResults: [] },
        { name: 'empty.spec.ts', status: 'passed', assertionResults: [] },
      ],
    });
    expect(first).toMatch(/^a feed begins: Error: empty at somewhere/);
    expect(first?.length).toBeLessThan(400);
    expect(second).toBe('broken.spec.ts: no such module');
    expect(more).toEqual([]);
    expect(failuresOf(undefined)).toEqual([]);
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
