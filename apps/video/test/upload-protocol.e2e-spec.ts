import { objectStore } from '@doul/storage';
import { ask, clip, eventually, must, newUsers, send, type Actor, type VideoObject } from '@doul/testing';
import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';

interface SignedPart {
  number: number;
  url: string;
  size: number;
  expires_at: number;
}
interface Begun {
  upload_id: string;
  part_size: number;
  part_count: number;
  parts: SignedPart[];
  expires_at: number;
}
interface Status {
  state: string;
  parts: { number: number; size: number; etag: string }[];
  stored_bytes: number;
  video_id: number;
  fresh: boolean;
}

const PATH = '/douyin/publish/upload/';
const MIB = 2 ** 20;
const md5 = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex').toUpperCase();

let alice: Actor;
let bob: Actor;
beforeAll(async () => {
  [alice, bob] = (await newUsers('alice', 'bob')) as [Actor, Actor];
});

const init = (who: Actor, size: number, more: Record<string, unknown> = {}) =>
  must<Begun>('POST', `${PATH}init/`, { form: { size, content_type: 'video/mp4', ...more }, token: who.token });
const status = (who: Actor, upload_id: string) => must<Status>('GET', `${PATH}status/`, { query: { upload_id }, token: who.token });
const post = (who: Actor, verb: string, fields: Record<string, unknown>) =>
  ask('POST', `${PATH}${verb}/`, { form: fields, token: who.token });
const put = (url: string, body: Buffer): Promise<Response> => fetch(url, { method: 'PUT', body });

describe('an upload in parts', () => {
  it('becomes a video like any other', async () => {
    const file = await readFile(await clip({ seconds: 1, width: 144, height: 256 }));
    const { upload_id, parts, part_count } = await init(alice, file.length, { title: 'in parts', file_name: 'a.mp4' });
    expect([part_count, parts.map(({ number, size }) => [number, size])]).toEqual([1, [[1, file.length]]]);
    const stored = await put(parts[0]!.url, file);
    expect([stored.status, stored.headers.get('etag')]).toEqual([200, `"${md5(file)}"`]);
    const completed = await post(alice, 'complete', { upload_id });
    expect(completed).toMatchObject({ status_code: 0, video_id: expect.any(Number) as number });
    const video = await alice.awaits('in parts', 'published');
    expect(video.id).toBe(completed['video_id']);
    expect(await post(alice, 'complete', { upload_id })).toMatchObject({ status_code: 0, video_id: video.id });
    expect(await status(alice, upload_id)).toMatchObject({ state: 'completed', video_id: video.id, parts: [] });
    expect(await post(alice, 'abort', { upload_id })).toMatchObject({ status_code: 13022 });
    await eventually(async () => expect((await bob.videosOf(alice)).map(({ id }: VideoObject) => id)).toContain(video.id));
  });

  it('is rejected, with its reason, when its bytes are not those that were announced', async () => {
    const file = await readFile(await clip({ seconds: 1, width: 144, height: 256 }));
    const right = createHash('sha256').update(file).digest('hex');
    for (const [title, sha256, state] of [
      ['as announced', right.toUpperCase(), 'published'],
      ['not as announced', right.replace(/^./, (digit) => (digit === '0' ? '1' : '0')), 'rejected'],
    ] as const) {
      const { upload_id, parts } = await init(bob, file.length, { title, sha256 });
      await put(parts[0]!.url, file);
      await post(bob, 'complete', { upload_id });
      expect((await bob.awaits(title, state)).reason).toMatch(state === 'published' ? /^$/ : /./);
    }
  });

  it('takes its parts in any order and again, and says what it has', async () => {
    const file = randomBytes(11 * MIB);
    const { upload_id, part_size, part_count } = await init(alice, file.length);
    expect([part_size, part_count]).toEqual([5 * MIB, 3]);
    const part = (number: number): Buffer => file.subarray((number - 1) * part_size, number * part_size);
    const { parts } = await must<{ parts: SignedPart[] }>('POST', `${PATH}parts/`, {
      json: { upload_id, numbers: [3, 1] },
      token: alice.token,
    });
    expect(parts.map(({ number, size }) => [number, size])).toEqual([
      [3, MIB],
      [1, 5 * MIB],
    ]);
    await put(parts[0]!.url, part(3));
    await put(parts[1]!.url, randomBytes(5 * MIB));
    await put(parts[1]!.url, part(1));
    const told = await status(alice, upload_id);
    expect(told).toMatchObject({ state: 'open', fresh: true, stored_bytes: 6 * MIB });
    expect(told.parts).toEqual([1, 3].map((number) => ({ number, size: part(number).length, etag: md5(part(number)) })));
    expect(await post(alice, 'complete', { upload_id })).toMatchObject({
      status_code: 13023,
      status_msg: expect.stringContaining('2') as string,
    });
    expect(await alice.videosOf(alice)).toHaveLength(1);
    expect(await post(alice, 'abort', { upload_id })).toMatchObject({ status_code: 0 });
    expect(await post(alice, 'abort', { upload_id })).toMatchObject({ status_code: 0 });
    expect((await put(parts[0]!.url, part(3))).status).toBe(404);
    expect(await post(alice, 'complete', { upload_id })).toMatchObject({ status_code: 13021 });
    expect(await status(alice, upload_id)).toMatchObject({ state: 'aborted', parts: [] });
  });

  it('is listed while it is open, page by page', async () => {
    const begun = [];
    for (const file_name of ['1', '2', '3']) begun.push((await init(bob, MIB, { file_name })).upload_id);
    const list = await must<{ upload_list: { upload_id: string; file_name: string }[] }>('GET', `${PATH}list/`, { token: bob.token });
    expect(list.upload_list.map(({ file_name }) => file_name)).toEqual(['3', '2', '1']);
    expect(list).not.toHaveProperty('has_more');
    const first = await must<{ upload_list: unknown[]; next_cursor: string }>('GET', `${PATH}list/`, {
      query: { count: 2 },
      token: bob.token,
    });
    expect([first.upload_list.length, first['has_more']]).toEqual([2, true]);
    const query = { count: 2, cursor: first.next_cursor };
    expect(await must('GET', `${PATH}list/`, { query, token: bob.token })).toMatchObject({ has_more: false, next_cursor: '' });
    for (const upload_id of begun) await post(bob, 'abort', { upload_id });
    expect((await must('GET', `${PATH}list/`, { token: bob.token }))['upload_list']).toEqual([]);
  });

  it('is begun once for one Idempotency-Key', async () => {
    const call = { form: { size: 7, content_type: 'video/webm' }, token: bob.token, headers: { 'idempotency-key': `k-${Date.now()}` } };
    const [one, two] = [await must<Begun>('POST', `${PATH}init/`, call), await must<Begun>('POST', `${PATH}init/`, call)];
    expect(one.upload_id).toBe(two.upload_id);
    await post(bob, 'abort', { upload_id: one.upload_id });
  });

  it('is refused before a byte is sent when size, type, hash or title are not right', async () => {
    const good = { size: 7, content_type: 'video/mp4' };
    const refusals: [Record<string, unknown>, number][] = [
      [{ ...good, size: 0 }, 10001],
      [{ ...good, size: 5_000_000_000_000 }, 13025],
      [{ ...good, content_type: 'text/html' }, 10001],
      [{ ...good, sha256: 'z'.repeat(64) }, 10001],
      [{ ...good, title: 'x'.repeat(201) }, 10001],
    ];
    for (const [form, code] of refusals) expect([form, (await post(alice, 'init', form)).status_code]).toEqual([form, code]);
    const { upload_id } = await init(alice, MIB);
    for (const numbers of ['0', '1,x', '', '1,'.repeat(101)])
      expect((await post(alice, 'parts', { upload_id, numbers })).status_code).toBe(10001);
    expect((await post(alice, 'parts', { upload_id, numbers: '2' })).status_code).toBe(13026);
    await post(alice, 'abort', { upload_id });
  });
});

describe('another’s upload', () => {
  it('does not exist, and cannot be reached through one’s own addresses', async () => {
    const { upload_id, parts } = await init(alice, 4, { title: 'mine' });
    for (const [verb, fields] of [
      ['parts', { upload_id, numbers: '1' }],
      ['complete', { upload_id }],
      ['abort', { upload_id }],
    ] as const)
      expect((await post(bob, verb, fields)).status_code).toBe(13020);
    expect((await ask('GET', `${PATH}status/`, { query: { upload_id }, token: bob.token })).status_code).toBe(13020);
    expect((await ask('GET', `${PATH}status/`, { query: { upload_id } })).status_code).toBe(10002);
    const mine = await init(bob, 4);
    const url = new URL(mine.parts[0]!.url);
    url.pathname = new URL(parts[0]!.url).pathname;
    expect((await put(url.href, Buffer.from('evil'))).status).toBe(403);
    expect((await put(new URL(mine.parts[0]!.url).href, Buffer.from('five!'))).status).toBe(403);
    expect((await put(`${url.origin}${url.pathname}`, Buffer.from('evil'))).status).toBe(404);
    expect((await status(alice, upload_id)).parts).toEqual([]);
    for (const [who, id] of [
      [alice, upload_id],
      [bob, mine.upload_id],
    ] as const)
      await post(who, 'abort', { upload_id: id });
  });
});

describe('what was uploaded', () => {
  it('is read by nobody without a signature, and by the signature only while it lasts', async () => {
    const { upload_id, parts } = await init(alice, 6);
    await put(parts[0]!.url, Buffer.from('secret'));
    await post(alice, 'complete', { upload_id });
    const key = new URL(parts[0]!.url).pathname.replace('/storage/', '');
    expect((await send('GET', `/media/${key}`)).status).toBe(404);
    expect((await send('GET', `/storage/${key}`)).status).toBe(404);
    const short = objectStore().signRead(key, { seconds: 1 });
    expect(await (await fetch(short)).text()).toBe('secret');
    await new Promise((resolve) => setTimeout(resolve, 2_100));
    expect((await fetch(short)).status).toBe(403);
  });

  it('is sent by pages of other origins, which see its ETag', async () => {
    const { upload_id, parts } = await init(alice, 1);
    const origin = 'https://app.example';
    const headers = { origin, 'access-control-request-method': 'PUT' };
    const asked = await fetch(parts[0]!.url, { method: 'OPTIONS', headers });
    expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
    expect(asked.headers.get('access-control-allow-methods')).toContain('PUT');
    const sent = await fetch(parts[0]!.url, { method: 'PUT', body: Buffer.from('x'), headers: { origin } });
    expect(sent.headers.get('access-control-expose-headers')).toContain('ETag');
    await post(alice, 'abort', { upload_id });
  });
});
