import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUCKET, startTestServer, type TestServer } from './test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.client().put('ten.txt', Buffer.from('0123456789'), { mime: 'text/plain' });
  await server.client().put('empty.txt', Buffer.alloc(0));
});
afterAll(() => server.close());

const get = (headers: Record<string, string>, key = 'ten.txt', method = 'GET'): Promise<Response> =>
  fetch(server.url(key), { headers, method });

describe('ranges', () => {
  it.each([
    ['bytes=0-0', 206, '0', 'bytes 0-0/10'],
    ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=-99', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=5-99', 206, '56789', 'bytes 5-9/10'],
    ['bytes=0-1,4-5', 200, '0123456789', null],
    ['bytes=4-2', 200, '0123456789', null],
    ['bytes=-', 200, '0123456789', null],
    ['lines=1-2', 200, '0123456789', null],
  ])('%s', async (range, status, body, contentRange) => {
    const answer = await get({ range });
    expect([answer.status, await answer.text(), answer.headers.get('content-range')]).toEqual([status, body, contentRange]);
    const head = await get({ range }, 'ten.txt', 'HEAD');
    expect([head.status, head.headers.get('content-length')]).toEqual([status, String(body.length)]);
  });

  it.each([
    ['bytes=10-', 'ten.txt', 'bytes */10'],
    ['bytes=10-20', 'ten.txt', 'bytes */10'],
    ['bytes=-0', 'ten.txt', 'bytes */10'],
    ['bytes=0-', 'empty.txt', 'bytes */0'],
    ['bytes=-5', 'empty.txt', 'bytes */0'],
  ])('refuses %s of %s', async (range, key, contentRange) => {
    const answer = await get({ range }, key);
    expect([answer.status, answer.headers.get('content-range')]).toEqual([416, contentRange]);
    expect(await answer.text()).toContain('<Code>InvalidRange</Code>');
  });

  it('answers an empty object', async () => {
    const answer = await get({}, 'empty.txt');
    expect([answer.status, answer.headers.get('content-length'), await answer.text()]).toEqual([200, '0', '']);
  });
});

describe('conditions', () => {
  it('answers 304 and 412', async () => {
    const first = await get({});
    const etag = first.headers.get('etag') ?? '';
    const modified = first.headers.get('last-modified') ?? '';
    const statuses = async (...headers: Record<string, string>[]): Promise<number[]> =>
      Promise.all(headers.map(async (each) => (await get(each)).status));
    expect(
      await statuses({ 'if-none-match': etag }, { 'if-none-match': '*' }, { 'if-none-match': '"x"' }, { 'if-modified-since': modified }),
    ).toEqual([304, 304, 200, 304]);
    expect(await statuses({ 'if-match': etag }, { 'if-match': '"x"' }, { 'if-unmodified-since': 'Thu, 01 Jan 2015 00:00:00 GMT' })).toEqual(
      [200, 412, 412],
    );
    expect(await statuses({ range: 'bytes=0-1', 'if-range': etag }, { range: 'bytes=0-1', 'if-range': '"x"' })).toEqual([206, 200]);
    expect((await get({ 'if-none-match': etag })).headers.get('etag')).toBe(etag);
  });
});

describe('who may read', () => {
  it('anybody in a public bucket, the owner only in a private one, by the ACL of the object first', async () => {
    const oss = server.client({ authorizationV4: true });
    await oss.put('open.txt', Buffer.from('o'));
    await oss.putACL('open.txt', 'public-read');
    await oss.putBucketACL(BUCKET, 'private');
    expect([(await get({})).status, (await get({}, 'open.txt')).status, (await get({}, 'no.txt')).status]).toEqual([403, 200, 403]);
    const signed = await oss.signatureUrlV4('GET', 60, { queries: { 'response-content-type': 'text/x-made-up' } }, 'ten.txt');
    expect((await fetch(signed)).headers.get('content-type')).toBe('text/x-made-up');
    await oss.putBucketACL(BUCKET, 'public-read');
    expect([(await get({})).status, (await get({}, 'no.txt')).status]).toEqual([200, 404]);
  });
});

describe('CORS', () => {
  it('answers preflights and exposes the ETag, by rule', async () => {
    const preflight = (origin: string, method: string): Promise<Response> =>
      fetch(server.url('ten.txt'), {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': 'content-type, x-oss-meta-a' },
      });
    const open = await preflight('https://any.example', 'PUT');
    expect([open.status, open.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
    expect(open.headers.get('access-control-allow-headers')).toBe('content-type, x-oss-meta-a');
    const read = await get({ origin: 'https://any.example' });
    expect(read.headers.get('access-control-expose-headers')).toContain('ETag');
    const rule = { allowedOrigin: 'https://*.doul.example', allowedMethod: ['GET'], allowedHeader: '*', exposeHeader: ['ETag'] };
    await server.client().putBucketCORS(BUCKET, [rule]);
    const own = await preflight('https://app.doul.example', 'GET');
    expect(own.headers.get('access-control-allow-origin')).toBe('https://app.doul.example');
    expect((await preflight('https://app.doul.example', 'PUT')).status).toBe(403);
    expect((await preflight('https://other.example', 'GET')).status).toBe(403);
    expect((await get({ origin: 'https://other.example' })).headers.get('access-control-allow-origin')).toBeNull();
  });
});
