import { expect, it } from 'vitest';
import { formatAccess } from './access-log.js';

it('a request is one line of JSON with what an operator asks for', () => {
  const line = {
    requestId: 'V1StGXR8_Z5jdHi6B-myT',
    method: 'GET',
    route: '/douyin/feed/',
    user: 7,
    status: 200,
    statusCode: 0,
    ms: 1.23456,
    calls: { rpc: 2, sql: 0, redis: 1 },
    aborted: false,
  };
  const text = formatAccess(line, 1_714_550_400_000);
  expect(text.endsWith('\n')).toBe(true);
  const { statusCode, aborted: _, ...others } = line;
  expect(JSON.parse(text)).toMatchObject({
    ...others,
    status_code: statusCode,
    ms: 1.23,
    level: 30,
    time: 1_714_550_400_000,
    msg: 'request',
  });
  expect(JSON.parse(text)).not.toHaveProperty('aborted');
  expect(JSON.parse(formatAccess({ ...line, aborted: true }, 0))).toHaveProperty('aborted', true);
});
