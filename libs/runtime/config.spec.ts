import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConfigError, defineConfig, env, validateConfig } from './config.js';

afterEach(() => vi.unstubAllEnvs());

const problemsOf = (read: () => unknown): readonly string[] => {
  try {
    read();
    return [];
  } catch (error) {
    return (error as ConfigError).problems;
  }
};

const first = defineConfig('spec-first', {
  SPEC_COUNT: { schema: env.int(1, 10), default: '3', doc: 'How many' },
  SPEC_HOSTS: { schema: env.list(), default: 'a, b,', doc: 'Where' },
  SPEC_FLAG: { schema: env.flag(), default: 'off', doc: 'Whether' },
});
const second = defineConfig('spec-second', {
  SPEC_SECRET: { schema: env.text().min(8, 'is too short'), devDefault: 'development', secret: true, doc: 'The secret' },
  SPEC_URL: { schema: env.url(), devDefault: 'http://localhost', doc: 'The address' },
});

describe('a slice', () => {
  it('is parsed on its first call and kept', () => {
    expect(first()).toEqual({ SPEC_COUNT: 3, SPEC_HOSTS: ['a', 'b'], SPEC_FLAG: false });
    vi.stubEnv('SPEC_COUNT', '4');
    expect(first().SPEC_COUNT).toBe(3);
    expect(first()).toBe(first());
  });

  it('takes an empty variable for an unset one', () => {
    vi.stubEnv('SPEC_EMPTY', '');
    expect(defineConfig('spec-empty', { SPEC_EMPTY: { schema: env.int(0, 9), default: '7', doc: '' } })().SPEC_EMPTY).toBe(7);
  });

  it.each(['0x10', '1e1', ' 5', '5.0', 'five', '11', '0', '-1'])('refuses %s as a whole number between 1 and 10', (text) => {
    vi.stubEnv('SPEC_WHOLE', text);
    const whole = defineConfig(`spec-whole-${text}`, { SPEC_WHOLE: { schema: env.int(1, 10), default: '5', doc: '' } });
    expect(whole).toThrow(ConfigError);
  });

  it('exists once, and gives no secret a default in production', () => {
    expect(() => defineConfig('spec-first', {})).toThrow('declared twice');
    const secret = { schema: env.text(), default: 'open sesame', secret: true, doc: '' };
    expect(() => defineConfig('spec-open', { SPEC_OPEN: secret })).toThrow('SPEC_OPEN is a secret');
  });
});

describe('all slices together', () => {
  it('have no problem in development', () => {
    expect(problemsOf(validateConfig)).toEqual([]);
  });

  it('report every problem of every slice at once', () => {
    vi.stubEnv('NODE_ENV', 'production');
    vi.stubEnv('SPEC_COUNT', 'many');
    vi.stubEnv('SPEC_FLAG', 'perhaps');
    const problems = problemsOf(validateConfig);
    for (const name of ['SPEC_COUNT', 'SPEC_FLAG', 'SPEC_SECRET', 'SPEC_URL'])
      expect(problems.filter((problem) => problem.startsWith(name))).toHaveLength(1);
    expect(problems.find((problem) => problem.startsWith('SPEC_SECRET'))).toBe('SPEC_SECRET is not set (The secret)');
    expect(() => validateConfig()).toThrow(`${problems.length} problem(s)`);
  });

  it('show what a variable holds, but never a secret', () => {
    vi.stubEnv('SPEC_SECRET', 'hunter2');
    vi.stubEnv('SPEC_URL', 'no address');
    const text = problemsOf(validateConfig).join('\n');
    expect(text).toContain('SPEC_SECRET: its value is too short');
    expect(text).not.toContain('hunter2');
    expect(text).toContain('SPEC_URL: "no address" is not a URL');
    expect(() => second()).toThrow(ConfigError);
  });
});
