import { randomBytes } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { ApiError } from './api.js';
import { md5 } from './md5.js';
import { Passing, askedPause, backoff } from './retry.js';
import { VideoUpload, type Progress, type UploadOptions } from './upload.js';

const PART = 1_000;
const FILE = new Uint8Array(randomBytes(4_500));
const blob = new Blob([FILE], { type: 'video/mp4' });

/** The protocol's other side, in memory. */
class Server {
  readonly stored = new Map<number, Uint8Array>();
  readonly asked: string[] = [];
  generation = 0;
  broken = 0;
  completed = 0;

  readonly fetch = (async (input: string, init: RequestInit) => {
    const verb = /upload\/(\w+)\//.exec(input)?.[1] ?? '';
    this.asked.push(verb);
    if (this.broken-- > 0) throw new TypeError('fetch failed');
    return Response.json({ status_code: 0, status_msg: 'ok', ...this.answer(verb, new URLSearchParams(init.body as string)) });
  }) as unknown as typeof fetch;

  private answer(verb: string, fields: URLSearchParams): object {
    const plan = { upload_id: 'u', part_size: PART, part_count: 5, size: FILE.length, expires_at: 0 };
    const sign = (number: number): object => ({ number, url: `part:${number}:${this.generation}`, size: 0, expires_at: 0 });
    if (verb === 'init') return { ...plan, parts: [1, 2].map(sign) };
    if (verb === 'parts') return { parts: (fields.get('numbers') ?? '').split(',').map((number) => sign(Number(number))) };
    const parts = [...this.stored].map(([number, bytes]) => ({ number, size: bytes.length, etag: md5(bytes) }));
    if (verb === 'status') return { ...plan, state: this.completed > 0 ? 'completed' : 'open', parts, fresh: true, video_id: 0 };
    this.completed += 1;
    return { video_id: 7 };
  }

  put: NonNullable<UploadOptions['putPart']> = async (url, bytes) => {
    const [, number, generation] = url.split(':').map(Number);
    if (generation !== this.generation) return 'refused';
    this.stored.set(number ?? 0, bytes.slice());
    return { etag: md5(bytes) };
  };

  /** What is stored, joined. */
  get file(): Uint8Array {
    return Buffer.concat([...this.stored].sort(([a], [b]) => a - b).map(([, bytes]) => bytes));
  }
}

function upload(server: Server, more: Partial<UploadOptions> = {}): VideoUpload {
  return new VideoUpload(blob, { baseUrl: 'http://x/', token: 't', fetch: server.fetch, putPart: server.put, ...more });
}

/** Waits for it in a time that passes fast. */
async function quickly<T>(work: () => Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const state = { done: false };
  const result = work().finally(() => (state.done = true));
  result.catch(() => undefined);
  while (!state.done) await vi.advanceTimersByTimeAsync(1_000);
  vi.useRealTimers();
  return result;
}

describe('an upload', () => {
  it('sends every part and tells how far it is', async () => {
    const server = new Server();
    const seen: Progress[] = [];
    expect(await upload(server, { onProgress: (progress) => seen.push(progress) }).run()).toBe(7);
    expect(Buffer.compare(server.file, FILE)).toBe(0);
    expect(seen.map(({ state }) => state).filter((state, at, all) => state !== all[at - 1])).toEqual([
      'checking',
      'uploading',
      'completing',
      'completed',
    ]);
    const sent = seen.map(({ sentBytes }) => sentBytes);
    expect(sent).toEqual([...sent].sort((a, b) => a - b));
    expect(sent.at(-1)).toBe(FILE.length);
    // Two addresses came with the upload, the others in batches.
    expect([...new Set(server.asked)]).toEqual(['init', 'parts', 'complete']);
    expect(server.asked.length).toBeLessThanOrEqual(4);
  });

  it('goes on with nothing but its id, sending what is absent or different', async () => {
    const server = new Server();
    server.stored.set(1, FILE.slice(0, PART));
    server.stored.set(2, new Uint8Array(PART));
    server.stored.set(3, new Uint8Array(7));
    const put = vi.fn(server.put);
    expect(await upload(server, { uploadId: 'u', putPart: put }).run()).toBe(7);
    expect(put.mock.calls.map(([url]) => url.split(':')[1]).sort()).toEqual(['2', '3', '4', '5']);
    expect(Buffer.compare(server.file, FILE)).toBe(0);
    expect(await upload(server, { uploadId: 'u', putPart: put }).run()).toBe(7);
    expect(put).toHaveBeenCalledTimes(4);
  });

  it('pauses in the middle of a part and goes on', async () => {
    const server = new Server();
    const paused = upload(server, {
      parallel: 1,
      putPart: (url, bytes, signal, onSent) => {
        if (!url.startsWith('part:3') || server.stored.has(3)) return server.put(url, bytes, signal, onSent);
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Passing('cut')));
          setTimeout(() => paused.pause());
          server.stored.set(3, new Uint8Array(0));
        });
      },
    });
    expect(await paused.run()).toBeUndefined();
    expect(paused.progress).toMatchObject({ state: 'paused', uploadId: 'u', sentBytes: 2 * PART });
    expect(await paused.run()).toBe(7);
    expect(Buffer.compare(server.file, FILE)).toBe(0);
  });

  it('asks for a new address when one is refused, and sends again what was damaged', async () => {
    const server = new Server();
    let damaged = 0;
    const running = upload(server, {
      putPart: async (url, bytes, signal, onSent) => {
        if (url.startsWith('part:2:0')) server.generation = 1;
        const answer = await server.put(url, bytes, signal, onSent);
        return url.startsWith('part:4') && damaged++ === 0 ? { etag: 'other' } : answer;
      },
    });
    expect(await quickly(() => running.run())).toBe(7);
    expect([damaged, Buffer.compare(server.file, FILE)]).toEqual([2, 0]);
  });

  it('survives a server that is away, and fails with what to do about it when it stays away', async () => {
    const server = new Server();
    server.broken = 3;
    expect(await quickly(() => upload(server).run())).toBe(7);
    server.broken = 3;
    const failing = upload(server, { tries: 3 });
    await expect(quickly(() => failing.run())).rejects.toBeInstanceOf(Passing);
    expect(failing.progress.state).toBe('failed');
    expect(await failing.run()).toBe(7);
  });

  it('counts the questions for addresses among the tries of a part', async () => {
    const server = new Server();
    const failing = upload(server, {
      tries: 3,
      parallel: 1,
      fetch: async (input, init) => {
        const isAsked = String(input).includes('/parts/');
        if (isAsked) server.broken = 1;
        return server.fetch(input, init);
      },
    });
    await expect(quickly(() => failing.run())).rejects.toBeInstanceOf(Passing);
    expect(server.asked).toEqual(['init', 'parts', 'parts', 'parts']);
  });

  it('does not go on with another file, nor with an upload that has ended', async () => {
    const server = new Server();
    const other = new VideoUpload(new Blob(['x']), {
      baseUrl: 'http://x',
      token: 't',
      uploadId: 'u',
      fetch: server.fetch,
      putPart: server.put,
    });
    await expect(other.run()).rejects.toThrow('another file');
    await expect(upload(server, { putPart: () => Promise.resolve('gone') }).run()).rejects.toBeInstanceOf(ApiError);
  });
});

describe('pauses between tries', () => {
  it('double up to half a minute and differ from client to client', () => {
    expect([1, 2, 3, 10].map((failures) => backoff(failures, 1))).toEqual([500, 1_000, 2_000, 30_000]);
    expect(backoff(3, 0)).toBe(1_000);
  });

  const NOON = Date.parse('2026-03-01T12:00:00Z');
  const asked = (headers: Record<string, string>): number => askedPause(new Headers(headers), NOON);

  it('are as long as the server asks, in seconds or until a moment', () => {
    expect(asked({ 'retry-after': '7' })).toBe(7_000);
    expect(asked({ 'retry-after': 'Sun, 01 Mar 2026 12:00:30 GMT' })).toBe(30_000);
    expect(asked({ 'retry-after': 'Sun, 01 Mar 2026 12:00:30 GMT', date: 'Sun, 01 Mar 2026 12:00:10 GMT' })).toBe(20_000);
  });

  it('do not heed what is over, no time at all, or very long', () => {
    for (const text of ['Sun, 01 Mar 2026 11:00:00 GMT', 'soon', '']) expect(asked({ 'retry-after': text })).toBe(0);
    expect(asked({})).toBe(0);
    for (const text of ['9999999', 'Fri, 01 Mar 2030 12:00:00 GMT']) expect(asked({ 'retry-after': text })).toBe(600_000);
  });

  it('follow an answer that names a moment', async () => {
    const server = new Server();
    const later = Response.json(
      { status_code: 10005, status_msg: 'slow' },
      { status: 429, headers: { 'retry-after': 'Sun, 01 Mar 2026 12:01:00 GMT', date: 'Sun, 01 Mar 2026 12:00:00 GMT' } },
    );
    const answers = [later];
    const fetch: typeof globalThis.fetch = async (input, init) => answers.shift() ?? server.fetch(input, init);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const done = upload(server, { fetch }).run();
    await vi.advanceTimersByTimeAsync(59_000);
    expect(server.asked).toEqual([]);
    await vi.advanceTimersByTimeAsync(2_000);
    vi.useRealTimers();
    expect(await done).toBe(7);
  });
});
