import { objectStore } from '@doul/storage';
import { ask, clip, eventually, fileBlob, newUsers, publicUrl, send, type Actor, type VideoObject } from '@doul/testing';
import { openAsBlob } from 'node:fs';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';

const look = { seconds: 1, width: 144, height: 256 };

/** Keys of all stored videos. */
async function storedVideos(): Promise<Set<string>> {
  const keys = new Set<string>();
  for (let cursor = '', more = true; more; more = cursor !== '') {
    const page = await objectStore().list('originals/', cursor, 1_000);
    for (const { key } of page.objects) keys.add(key);
    cursor = page.next;
  }
  return keys;
}

describe('publishing', () => {
  let alice: Actor;
  let bob: Actor;
  let data: Blob;
  beforeAll(async () => {
    [alice, bob] = (await newUsers('alice', 'bob')) as [Actor, Actor];
    data = await fileBlob(await clip(look));
  });

  const publish = (multipart: Record<string, string | Blob>, headers: Record<string, string> = {}) =>
    ask('POST', '/douyin/publish/action/', { multipart, headers });

  it('takes token and title on either side of the file', async () => {
    expect(await publish({ token: alice.token, title: 'before', data })).toMatchObject({ status_code: 0 });
    expect(await publish({ data, title: 'after', token: alice.token })).toMatchObject({ status_code: 0 });
    const titles = (await alice.videosOf(alice)).map((video) => video.title);
    expect(titles).toEqual(['after', 'before']);
  });

  it('lets the author see every state at once, and others only what is published', async () => {
    await alice.uploads('seen by me', look);
    const own = (await alice.videosOf(alice))[0] as VideoObject;
    expect(own).toMatchObject({ title: 'seen by me', reason: '' });
    expect(['uploaded', 'processing', 'published']).toContain(own.state);
    const cover = await send('GET', own.cover_url);
    expect(cover.headers.get('content-type')).toMatch(/^image\//);
    await alice.awaits('seen by me', 'published');
    const seen = await eventually(async () => {
      const found = (await bob.videosOf(alice))[0] as VideoObject;
      expect(found.title).toBe('seen by me');
      return found;
    });
    expect(seen.state).toBe('published');
    expect(seen).not.toHaveProperty('reason');
  });

  it('tells the author why a file was rejected, and nobody else of it', async () => {
    const broken = new Blob([Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypisom'), Buffer.alloc(5_000)])]);
    expect(await publish({ token: bob.token, title: 'broken', data: broken })).toMatchObject({ status_code: 0 });
    const own = await bob.awaits('broken', 'rejected');
    expect(own.reason).not.toBe('');
    expect(await alice.videosOf(bob)).toEqual([]);
    expect((await alice.user(bob)).work_count).toBe(0);
  });

  it('answers a retry with the same key without a second video', async () => {
    const headers = { 'idempotency-key': `retry-${Date.now()}` };
    for (let tries = 0; tries < 2; tries += 1) {
      expect(await publish({ token: bob.token, title: 'once', data }, headers)).toMatchObject({ status_code: 0 });
    }
    expect((await bob.videosOf(bob)).filter((video) => video.title === 'once')).toHaveLength(1);
  });

  it('leaves nothing behind when it refuses, or when the client leaves in the middle', async () => {
    const before = await storedVideos();
    const text = await openAsBlob(import.meta.filename);
    expect(await publish({ token: alice.token, title: 'x', data: text })).toMatchObject({ status_code: 13003 });
    expect(await publish({ data, title: 'x', token: 'wrong' })).toMatchObject({ status_code: 10002 });
    expect(await publish({ data, title: 'x'.repeat(201), token: alice.token })).toMatchObject({ status_code: 10001 });
    expect(await publish({ title: 'x', token: alice.token })).toMatchObject({ status_code: 10001 });
    await leaveInTheMiddle(alice.token, Buffer.from(await data.arrayBuffer()));
    await eventually(async () => {
      const now = await storedVideos();
      expect([...now].filter((key) => !before.has(key))).toEqual([]);
    });
  });

  it('pages a list exactly, and deletes only for its author', async () => {
    const [carol] = (await newUsers('carol')) as [Actor];
    for (const title of ['1', '2', '3', '4', '5']) await carol.uploads(title, look);
    const query = { user_id: carol.id, count: 2 };
    const walked = await carol.walks<VideoObject>('/douyin/publish/list/', 'video_list', query);
    expect(walked.map((video) => video.title)).toEqual(['5', '4', '3', '2', '1']);
    const video = await carol.awaits('3', 'published');
    const refused = await ask('POST', '/douyin/publish/delete/', { query: { video_id: video.id }, token: bob.token });
    expect(refused.status_code).toBe(13002);
    await carol.deletes(video);
    await carol.deletes(video);
    expect((await carol.videosOf(carol)).map((each) => each.title)).toEqual(['5', '4', '2', '1']);
    await eventually(async () => expect((await send('GET', video.play_url)).status).toBe(404));
  });
});

/** Sends half of a form and hangs up. */
async function leaveInTheMiddle(token: string, file: Buffer): Promise<void> {
  const boundary = 'half-a-form';
  const head =
    `--${boundary}\r\nContent-Disposition: form-data; name="token"\r\n\r\n${token}\r\n` +
    `--${boundary}\r\nContent-Disposition: form-data; name="data"; filename="a.mp4"\r\nContent-Type: video/mp4\r\n\r\n`;
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}`, 'content-length': head.length + file.length + 1_000 };
  const sending = request(`${publicUrl()}/douyin/publish/action/`, { method: 'POST', headers });
  sending.on('error', () => undefined);
  sending.write(head);
  sending.write(file);
  await sleep(300);
  sending.destroy();
  await sleep(300);
}
