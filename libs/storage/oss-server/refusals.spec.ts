import { createHmac } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { BUCKET, KEYS, startTestServer, type TestServer } from './test-server.js';

let server: TestServer;
beforeAll(async () => (server = await startTestServer({ maxObjectBytes: 200_000, region: 'cn-hangzhou' })));
afterAll(() => server.close());

/** A request whose path is sent as written: no client library tidies it up. */
const raw = (method: string, path: string, headers = {}, content = ''): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: server.port, method, path, headers }, (res) => {
      let body = '';
      res.on('data', (chunk: Buffer) => (body += chunk.toString()));
      res.on('end', () => resolve({ status: res.statusCode ?? 0, body }));
    });
    sent.on('error', reject).end(content);
  });

const code = (xml: string): string => /<Code>(\w+)<\/Code>/.exec(xml)?.[1] ?? '';

describe.each([
  ['V1', false],
  ['V4', true],
])('%s signatures', (_version, authorizationV4) => {
  const client = (changes = {}): ReturnType<TestServer['client']> => server.client({ authorizationV4, ...changes });

  it('refuses a wrong secret and an unknown key id', async () => {
    await expect(client({ accessKeySecret: 'wrong' }).put('a', Buffer.from('x'))).rejects.toMatchObject({
      code: 'SignatureDoesNotMatch',
      status: 403,
    });
    await expect(client({ accessKeyId: 'other' }).list(null, {})).rejects.toMatchObject({ code: 'InvalidAccessKeyId' });
    await expect(client({ accessKeySecret: 'wrong' }).head('a')).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' });
  });

  it('refuses a clock that is more than 15 minutes off', async () => {
    for (const off of [-16 * 60_000, 16 * 60_000]) {
      const skewed = client({ amendTimeSkewed: off });
      await expect(skewed.list(null, {})).rejects.toMatchObject({ code: 'RequestTimeTooSkewed' });
    }
    await client({ amendTimeSkewed: 14 * 60_000 }).list(null, {});
  });

  const sign = (key: string, expires: number): Promise<string> =>
    authorizationV4 ? client().signatureUrlV4('GET', expires, {}, key) : Promise.resolve(client().signatureUrl(key, { expires }));

  it('refuses an address that has expired', async () => {
    await client().put('late.txt', Buffer.from('x'));
    const address = await sign('late.txt', 60);
    expect((await fetch(address)).status).toBe(200);
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 61_000);
    const late = await fetch(address);
    vi.restoreAllMocks();
    expect([late.status, code(await late.text())]).toEqual([403, 'AccessDenied']);
  });

  it('refuses an address for another key, another method, or another deadline', async () => {
    await client().put('mine.txt', Buffer.from('x'));
    const address = await sign('mine.txt', 60);
    const tampered = [
      address.replace('mine.txt', 'late.txt'),
      address.replace(/(Expires|x-oss-expires)=(\d+)/, (_all, name: string, value: string) => `${name}=${Number(value) + 60}`),
      `${address}&acl`,
    ];
    for (const each of tampered) {
      const answer = await fetch(each);
      expect([answer.status, code(await answer.text())]).toEqual([403, 'SignatureDoesNotMatch']);
    }
    expect((await fetch(address, { method: 'DELETE' })).status).toBe(403);
    expect((await fetch(server.url('mine.txt'))).status).toBe(200);
  });
});

it('refuses a V4 signature for another region', async () => {
  const elsewhere = server.client({ authorizationV4: true, region: 'oss-cn-beijing' });
  await expect(elsewhere.list(null, {})).rejects.toMatchObject({ code: 'InvalidArgument' });
});

it('lets nobody write, delete or list without a signature', async () => {
  const attempts = [
    ['PUT', `/${BUCKET}/a`],
    ['DELETE', `/${BUCKET}/late.txt`],
    ['GET', `/${BUCKET}/`],
    ['GET', '/'],
    ['POST', `/${BUCKET}/?delete`],
    ['POST', `/${BUCKET}/a?uploads`],
    ['PUT', `/${BUCKET}/?acl`],
    ['GET', `/${BUCKET}/late.txt?acl`],
  ] as const;
  for (const [method, path] of attempts) {
    const answer = await raw(method, path);
    expect([method, path, answer.status, code(answer.body)]).toEqual([method, path, 403, 'AccessDenied']);
  }
});

/** Headers of a request signed by hand, since the SDK cleans addresses up before it sends them. */
function signedByHand(method: string, key: string): Record<string, string> {
  const date = new Date().toUTCString();
  const text = `${method}\n\n\n${date}\n/${BUCKET}/${key}`;
  const signature = createHmac('sha1', KEYS.accessKeySecret).update(text).digest('base64');
  return { date, authorization: `OSS ${KEYS.accessKeyId}:${signature}` };
}

it('never turns a key into a path', async () => {
  const keys = ['../../outside.txt', 'a/../../../b', '..', 'con\u0000trol', 'a//b', '%2e%2e/x', 'C:\\x', 'x/' + '/../'.repeat(9)];
  for (const key of keys) {
    for (const path of new Set([encodeURI(key), encodeURIComponent(key)])) {
      const put = await raw('PUT', `/${BUCKET}/${path}`, signedByHand('PUT', key), key);
      const got = await raw('GET', `/${BUCKET}/${path}`);
      expect([key, put.status, got.status, got.body]).toEqual([key, 200, 200, key]);
    }
  }
  for (const name of await readdir(server.dir, { recursive: true })) {
    expect(name).toMatch(/^media(\/(objects|blobs)(\/[0-9a-f]{2}(\/[\w-]+(\.json)?)?)?|\/tmp|\/uploads|\/bucket\.json)?$/);
  }
  expect((await readdir(join(server.dir, '..'))).some((name) => name.includes('outside'))).toBe(false);
  for (const path of ['/media/../../etc/passwd', '/media/..%2f..%2fetc%2fpasswd', '/../media/late.txt']) {
    expect([404, 403]).toContain((await raw('GET', path)).status);
  }
});

it('answers malformed requests with OSS codes', async () => {
  const oss = server.client();
  const cases: [string, string, number, string][] = [
    ['GET', '/media/%zz', 400, 'InvalidURI'],
    ['GET', `/media/${'k'.repeat(1_024)}`, 400, 'InvalidObjectName'],
    ['GET', '/other/a', 404, 'NoSuchBucket'],
    ['PATCH', '/media/a', 405, 'MethodNotAllowed'],
    ['GET', '/media/a?tagging', 501, 'NotImplemented'],
  ];
  for (const [method, path, status, expected] of cases) {
    const answer = await raw(method, path);
    expect([path.slice(0, 20), answer.status, code(answer.body)]).toEqual([path.slice(0, 20), status, expected]);
    expect(answer.body).toMatch(/<RequestId>[0-9A-F]{24}<\/RequestId><HostId>/);
  }
  await expect(oss.put('big', Buffer.alloc(200_001))).rejects.toMatchObject({ code: 'EntityTooLarge' });
  const headers = { 'Content-MD5': 'AAAAAAAAAAAAAAAAAAAAAA==' };
  await expect(oss.put('md5', Buffer.from('x'), { headers })).rejects.toMatchObject({ code: 'BadDigest' });
  await expect(oss.head('md5')).rejects.toMatchObject({ status: 404 });
  expect(await readdir(join(server.dir, BUCKET, 'tmp'))).toEqual([]);
});
