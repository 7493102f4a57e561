import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newObjectKey } from './object-key.js';
import type { Part } from './object-store.js';
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
const staged = (): Promise<string[]> => readdir(join(server.dir, BUCKET, 'tmp'));

describe('objects', () => {
  it('are put, read whole and in part, described, listed and deleted', async () => {
    const key = newObjectKey('avatars', 'png');
    const stored = await store.put(key, Buffer.from('0123456789'), { contentType: 'image/png' });
    expect(stored).toEqual({ size: 10, etag: expect.stringMatching(/^[0-9A-F]{32}$/) as string });
    expect((await store.get(key)).toString()).toBe('0123456789');
    expect((await store.get(key, { start: 2, end: 3 })).toString()).toBe('23');
    expect((await buffer(await store.getStream(key, { start: 8 }))).toString()).toBe('89');
    expect(await store.head(key)).toMatchObject({ key, size: 10, contentType: 'image/png', etag: stored.etag });
    const { objects, next } = await store.list('avatars/', '', 10);
    expect([objects.map((each) => each.key), next]).toEqual([[key], '']);
    await store.delete([key, 'avatars/gone.png']);
    expect(await store.head(key)).toBeUndefined();
    await expect(store.get(key)).rejects.toMatchObject({ problem: 'not-found' });
  });

  it('are listed page by page', async () => {
    for (let at = 0; at < 5; at += 1) await store.put(`pages/${at}`, Buffer.from('x'), BYTES);
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await store.list('pages/', cursor, 2);
      seen.push(...page.objects.map((each) => each.key));
      cursor = page.next;
    } while (cursor !== '');
    expect(seen).toEqual([0, 1, 2, 3, 4].map((at) => `pages/${at}`));
  });

  it('have a public address, and signed ones that anybody can use', async () => {
    expect(store.publicUrl('videos/a b.mp4')).toBe('https://media.example/videos/a%20b.mp4');
    const address = store.signUpload('uploads/a b.bin', { contentType: 'video/mp4', seconds: 60 });
    const put = await fetch(address, { method: 'PUT', body: 'direct', headers: { 'content-type': 'video/mp4' } });
    expect(put.status).toBe(200);
    expect(await (await fetch(store.signRead('uploads/a b.bin', { seconds: 60 }))).text()).toBe('direct');
    const behind = open({ signedBaseUrl: `http://127.0.0.1:${server.port}/${BUCKET}` });
    const public_ = behind.signRead('uploads/a b.bin', { seconds: 60 });
    expect(public_).toContain('http://127.0.0.1:');
    expect(await (await fetch(public_)).text()).toBe('direct');
  });
});

describe('putStream', () => {
  it('stores a stream of unknown length', async () => {
    const bytes = Buffer.alloc(1_000_000, 'v');
    const stored = await store.putStream('s/ok', Readable.from([bytes, bytes]), { ...BYTES, maxBytes: 2_000_000 });
    expect(stored.size).toBe(2_000_000);
    expect(await store.head('s/ok')).toMatchObject(stored);
  });

  it('leaves nothing behind when there are too many bytes', async () => {
    const source = Readable.from(Array.from({ length: 50 }, () => Buffer.alloc(100_000)));
    await expect(store.putStream('s/large', source, { ...BYTES, maxBytes: 1_000_000 })).rejects.toMatchObject({ problem: 'too-large' });
    expect(source.destroyed).toBe(true);
    expect(await store.head('s/large')).toBeUndefined();
    await expect.poll(staged).toEqual([]);
  });

  it('leaves nothing behind when it is called off, cut off, or the source fails', async () => {
    const begin = (key: string, signal?: AbortSignal): { source: PassThrough; result: Promise<unknown> } => {
      const source = new PassThrough();
      source.write(Buffer.alloc(300_000));
      return { source, result: store.putStream(key, source, { ...BYTES, maxBytes: 1e9, signal }).catch((error: unknown) => error) };
    };
    const controller = new AbortController();
    const [called, cut, failed] = [begin('s/called', controller.signal), begin('s/cut'), begin('s/failed')];
    await expect.poll(staged).toHaveLength(3);
    controller.abort();
    cut.source.destroy();
    failed.source.destroy(new Error('disk on fire'));
    expect(await called.result).toMatchObject({ problem: 'aborted' });
    expect(await cut.result).toMatchObject({ problem: 'aborted' });
    expect(await failed.result).toMatchObject({ message: 'disk on fire' });
    await expect.poll(staged).toEqual([]);
    expect((await store.list('s/c', '', 10)).objects).toEqual([]);
    expect(await store.head('s/failed')).toBeUndefined();
  });

  it('needs constant memory', async () => {
    const chunk = Buffer.alloc(64 * 1024);
    let left = 1_600;
    const source = new Readable({
      read() {
        this.push(left-- > 0 ? chunk : null);
      },
    });
    const before = process.memoryUsage().rss;
    let peak = 0;
    const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 10);
    await store.putStream('s/100mb', source, { ...BYTES, maxBytes: 2 ** 30 });
    clearInterval(timer);
    expect(peak - before).toBeLessThan(60 * 2 ** 20);
    await store.delete(['s/100mb']);
  });

  it('says UNAVAILABLE when the store is away, REFUSED when its keys are wrong', async () => {
    const away = open({ endpoint: 'http://localhost:1' });
    await expect(away.putStream('a', Readable.from([Buffer.from('x')]), { ...BYTES, maxBytes: 10 })).rejects.toMatchObject({
      name: 'UNAVAILABLE',
    });
    await expect(open({ accessKeySecret: 'wrong' }).put('a', Buffer.from('x'), BYTES)).rejects.toMatchObject({ problem: 'refused' });
    await expect(store.get('s/ok', { start: 9_000_000 })).rejects.toMatchObject({ problem: 'bad-range' });
  });
});

describe('multipart', () => {
  const PART = 100 * 1024;

  it('joins parts that came by the server and by a signed address', async () => {
    const id = await store.multipart.start('m/a', { contentType: 'video/mp4' });
    const one = await store.multipart.putPart('m/a', id, 1, Readable.from([Buffer.alloc(PART, '1')]), PART);
    const address = store.multipart.signPart('m/a', id, 2, { seconds: 60, size: 1 });
    const put = await fetch(address, { method: 'PUT', body: Buffer.from('2') });
    const two = { number: 2, etag: (put.headers.get('etag') ?? '').replaceAll('"', '') };
    expect(await store.multipart.parts('m/a', id)).toEqual([one, { ...two, size: 1 }]);
    expect(await store.head('m/a')).toBeUndefined();
    await store.multipart.complete('m/a', id, [one, two]);
    expect(await store.head('m/a')).toMatchObject({ size: PART + 1, contentType: 'video/mp4' });
    await expect(store.multipart.parts('m/a', id)).rejects.toMatchObject({ problem: 'not-found' });
  });

  it('is done once when it is completed many times at once, and its object is read across the borders of parts', async () => {
    const id = await store.multipart.start('m/c', BYTES);
    const bytes = [Buffer.alloc(PART, 'a'), Buffer.alloc(PART, 'b'), Buffer.from('c')];
    const parts: Part[] = [];
    for (const [at, part] of bytes.entries())
      parts.push(await store.multipart.putPart('m/c', id, at + 1, Readable.from([part]), part.length));
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => store.multipart.complete('m/c', id, parts)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await store.get('m/c')).equals(Buffer.concat(bytes))).toBe(true);
    expect((await store.get('m/c', { start: PART - 2, end: PART + 1 })).toString()).toBe('aabb');
    expect((await store.get('m/c', { start: PART, end: PART })).toString()).toBe('b');
    expect((await store.get('m/c', { start: 2 * PART - 1 })).toString()).toBe('bc');
    await store.delete(['m/c']);
    expect(await store.head('m/c')).toBeUndefined();
  });

  it('lists what is open, page by page', async () => {
    const ids = [];
    for (const key of ['l/a', 'l/b', 'l/b']) ids.push(await store.multipart.start(key, BYTES));
    const seen = [];
    let cursor = '';
    do {
      const page = await store.multipart.list('l/', cursor, 2);
      seen.push(...page.uploads);
      cursor = page.next;
    } while (cursor !== '');
    expect(seen.map(({ key }) => key)).toEqual(['l/a', 'l/b', 'l/b']);
    expect(seen.map(({ uploadId }) => uploadId).sort()).toEqual(ids.sort());
    expect(Math.abs(Date.now() - (seen[0]?.startedAt ?? 0))).toBeLessThan(10_000);
    expect(await store.multipart.list('none/', '', 10)).toEqual({ uploads: [], next: '' });
  });

  it('leaves nothing behind when it is aborted', async () => {
    const id = await store.multipart.start('m/b', BYTES);
    await store.multipart.putPart('m/b', id, 1, Readable.from([Buffer.from('x')]), 1);
    await store.multipart.abort('m/b', id);
    await store.multipart.abort('m/b', id);
    expect(await readdir(join(server.dir, BUCKET, 'uploads'))).not.toContain(id);
    await expect(store.multipart.complete('m/b', id, [{ number: 1, etag: 'x' }])).rejects.toMatchObject({ problem: 'not-found' });
  });
});

describe('newObjectKey', () => {
  it('is new each time and takes nothing but an extension', () => {
    const keys = Array.from({ length: 100 }, () => newObjectKey('originals', 'mp4'));
    expect(new Set(keys).size).toBe(100);
    expect(keys[0]).toMatch(/^originals\/[\w-]{21}\.mp4$/);
    expect(() => newObjectKey('originals', '../x')).toThrow('not an extension');
  });
});
