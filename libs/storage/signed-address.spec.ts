import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { OssObjectStore, type OssStoreOptions } from './oss-object-store.js';
import { BUCKET, KEYS, startTestServer, type TestServer } from './oss-server/test-server.js';

let server: TestServer;
let store: OssObjectStore;
const open = (changes: Partial<OssStoreOptions> = {}): OssObjectStore =>
  new OssObjectStore({
    ...KEYS,
    endpoint: server.endpoint,
    region: 'oss-cn-hangzhou',
    bucket: BUCKET,
    sld: true,
    mediaBaseUrl: 'https://media.example/',
    signedBaseUrl: '',
    ...changes,
  });
beforeAll(async () => {
  server = await startTestServer();
  store = open();
});
afterAll(() => server.close());

const BYTES = { contentType: 'application/octet-stream' };

describe('private objects', () => {
  it('are read by signed addresses only, however they came', async () => {
    const secret = { contentType: 'video/mp4', access: 'private' } as const;
    await store.put('originals/a.mp4', Buffer.from('a'), secret);
    await store.putStream('originals/b.mp4', Readable.from([Buffer.from('b')]), { ...secret, maxBytes: 10 });
    const id = await store.multipart.start('originals/c.mp4', secret);
    const part = await store.multipart.putPart('originals/c.mp4', id, 1, Readable.from([Buffer.from('c')]), 1);
    await store.multipart.complete('originals/c.mp4', id, [part]);
    for (const name of ['a', 'b', 'c']) {
      expect((await fetch(server.url(`originals/${name}.mp4`))).status).toBe(403);
      const read = await fetch(store.signRead(`originals/${name}.mp4`, { seconds: 60 }));
      expect([read.status, await read.text(), read.headers.get('cache-control')]).toEqual([200, name, expect.stringContaining('private')]);
    }
    await store.put('media/a.mp4', Buffer.from('a'), { contentType: 'video/mp4', access: 'public-read' });
    expect((await fetch(server.url('media/a.mp4'))).status).toBe(200);
  });
});

describe('signed addresses', () => {
  afterEach(() => void vi.useRealTimers());

  it('are those that the SDK makes', async () => {
    vi.useFakeTimers({ now: Date.UTC(2024, 1, 29, 23, 59, 59), toFake: ['Date'] });
    const aliyun = { endpoint: 'https://oss-cn-hangzhou.aliyuncs.com', sldEnable: false };
    for (const sld of [true, false]) {
      const made = open(sld ? {} : { sld, endpoint: aliyun.endpoint });
      const sdkOptions = { authorizationV4: true, ...(sld ? {} : aliyun) };
      const sdk = server.client(sdkOptions);
      const key = "originals/ü (1)!'*~.mp4";
      const part = { headers: { 'content-length': 7 }, queries: { partNumber: 3, uploadId: 'AB/+=' } };
      const pairs = [
        [made.signRead(key, { seconds: 60 }), await sdk.signatureUrlV4('GET', 60, {}, key)],
        [
          made.signUpload(key, { contentType: 'video/mp4', seconds: 5 }),
          await sdk.signatureUrlV4('PUT', 5, { headers: { 'content-type': 'video/mp4' } }, key),
        ],
        [
          made.multipart.signPart(key, 'AB/+=', 3, { seconds: 9, size: 7 }),
          await sdk.signatureUrlV4('PUT', 9, part, key, ['content-length']),
        ],
      ].map((pair) => pair.map((address) => new URL(address ?? '')));
      for (const [ours, theirs] of pairs) {
        expect(Object.fromEntries(ours?.searchParams ?? [])).toEqual(Object.fromEntries(theirs?.searchParams ?? []));
        expect([ours?.host, decodeURIComponent(ours?.pathname ?? '')]).toEqual([theirs?.host, decodeURIComponent(theirs?.pathname ?? '')]);
      }
    }
  });

  it('stay the same within a window, in every process, and never end sooner than asked', () => {
    const window = 600;
    const start = Math.ceil(Date.now() / (window * 1_000)) * window * 1_000;
    const at = (ms: number): string => {
      vi.useFakeTimers({ now: start + ms, toFake: ['Date'] });
      return open().signRead('originals/a.mp4', { seconds: 300, window });
    };
    const first = at(0);
    expect([at(1), at(599_999)]).toEqual([first, first]);
    expect(at(600_000)).not.toBe(first);
    const signed = new URL(first).searchParams;
    expect(signed.get('x-oss-date')).toBe(new Date(start).toISOString().replace(/[-:]|\.\d{3}/g, ''));
    expect(Number(signed.get('x-oss-expires'))).toBe(900);
  });

  it('expire', async () => {
    await store.put('originals/e', Buffer.from('e'), { ...BYTES, access: 'private' });
    const read = store.signRead('originals/e', { seconds: 1 });
    const id = await store.multipart.start('originals/f', BYTES);
    const part = store.multipart.signPart('originals/f', id, 1, { seconds: 1, size: 1 });
    expect((await fetch(read)).status).toBe(200);
    await sleep(2_100);
    const late = [await fetch(read), await fetch(part, { method: 'PUT', body: Buffer.from('x') })];
    for (const answer of late) expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('expired')]);
    expect(await store.multipart.parts('originals/f', id)).toEqual([]);
  });

  it('of a part write no other key, upload, number or size', async () => {
    const [mine, other] = [await store.multipart.start('originals/m', BYTES), await store.multipart.start('originals/n', BYTES)];
    const signed = store.multipart.signPart('originals/m', mine, 1, { seconds: 60, size: 3 });
    const put = async (change: (url: URL) => void, body = 'abc'): Promise<number> => {
      const url = new URL(signed);
      change(url);
      return (await fetch(url, { method: 'PUT', body: Buffer.from(body) })).status;
    };
    expect(await put((url) => (url.pathname = url.pathname.replace(/m$/, 'n')))).toBe(403);
    expect(await put((url) => url.searchParams.set('uploadId', other))).toBe(403);
    expect(await put((url) => url.searchParams.set('partNumber', '2'))).toBe(403);
    expect(await put((url) => url.searchParams.delete('partNumber'))).toBe(403);
    expect(await put((url) => url.searchParams.set('x-oss-expires', '604800'))).toBe(403);
    expect(await put(() => undefined, 'abcd')).toBe(403);
    expect((await fetch(signed, { method: 'GET' })).status).toBe(403);
    expect(await put(() => undefined)).toBe(200);
    expect((await store.multipart.parts('originals/m', mine)).map(({ number, size }) => [number, size])).toEqual([[1, 3]]);
    expect(await store.multipart.parts('originals/n', other)).toEqual([]);
  });
});

describe('browsers', () => {
  it('of the allowed origins may put parts and see their ETag', async () => {
    await store.allowOrigins(['https://app.example']);
    const ask = (origin: string) =>
      fetch(server.url('originals/x'), { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'PUT' } });
    expect((await ask('https://evil.example')).status).toBe(403);
    expect((await ask('https://app.example')).status).toBe(200);
    const id = await store.multipart.start('originals/x', BYTES);
    const address = store.multipart.signPart('originals/x', id, 1, { seconds: 60, size: 1 });
    const put = await fetch(address, { method: 'PUT', body: Buffer.from('x'), headers: { origin: 'https://app.example' } });
    expect(put.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(put.headers.get('access-control-expose-headers')).toContain('ETag');
    await store.allowOrigins(['*']);
  });
});
