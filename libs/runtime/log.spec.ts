import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { newContext, runInContext } from './context.js';
import { logOptions } from './log.js';

beforeEach(() => vi.stubEnv('LOG_LEVEL', 'info'));
afterEach(() => vi.unstubAllEnvs());

function written(write: (log: pino.Logger) => void): string {
  let text = '';
  const sink = new Writable({ write: (chunk: Buffer, _encoding, done) => ((text += chunk.toString()), done()) });
  write(pino(logOptions(), sink));
  return text;
}

it('carries the id and trace of the request', () => {
  const context = newContext('request-7');
  const line = written((log) => runInContext(context, () => log.info('hello')));
  expect(JSON.parse(line)).toMatchObject({ msg: 'hello', requestId: 'request-7', trace: context.traceparent });
});

it('never holds secrets, nor the values of a failed statement', () => {
  const error = Object.assign(new Error('Duplicate entry'), {
    sql: "INSERT 'hash-1'",
    parameters: ['hash-2'],
    driverError: { sql: 'hash-3' },
  });
  const objects = { err: error, password: 'hunter2', user: { token: 'abc', name: 'ann' }, headers: { authorization: 'Bearer abc' } };
  const line = written((log) => log.child({ token: 'abc', part: 'x' }).error(objects, 'failed'));
  expect(JSON.parse(line)).toMatchObject({
    err: { message: 'Duplicate entry', stack: expect.any(String) },
    user: { name: 'ann' },
    part: 'x',
  });
  expect(line).not.toMatch(/hash-|hunter2|abc/);
  expect(objects.user.token).toBe('abc');
  expect(written((log) => log.error(Object.assign(new Error('no'), { token: 'abc' })))).not.toContain('abc');
});

it('is there to say that LOG_LEVEL is wrong', () => {
  vi.stubEnv('LOG_LEVEL', 'loud');
  expect(written((log) => log.info('the configuration has a problem'))).toContain('problem');
  vi.stubEnv('LOG_LEVEL', 'error');
  expect(written((log) => log.info('quiet'))).toBe('');
});
