import {
  ask,
  clip,
  eventually,
  fileBlob,
  newUsers,
  readEvents,
  send,
  type Actor,
  type ClipLook,
  type SentEvent,
  type VideoObject,
} from '@doul/testing';
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';

const look = { seconds: 3, width: 360, height: 640 };
/** Above the ladder's second step, and of a kind that is copied. */
const large = { seconds: 2, width: 720, height: 1280, pattern: 'shapes' } as const;
/** Nobody waits for a ladder: it may come behind those of other tests. */
const BACKGROUND_MS = 90_000;

describe('a published video', () => {
  let alice: Actor;
  let bob: Actor;
  let video: VideoObject;
  beforeAll(async () => {
    [alice, bob] = (await newUsers('alice', 'bob')) as [Actor, Actor];
    video = await alice.publishes('everything', look);
  });

  const text = async (url: string): Promise<string> => (await send('GET', url)).text();
  const seenByBob = async (): Promise<VideoObject> => (await bob.videosOf(alice)).find(({ id }) => id === video.id) as VideoObject;

  it('says what it is and where its files are, to everybody the same', async () => {
    const seen = await eventually(async () => {
      const found = await seenByBob();
      expect(found.preview_url).not.toBe('');
      return found;
    });
    expect(seen).toMatchObject({ width: 360, height: 640, state: 'published' });
    expect(Math.abs(seen.duration_ms - 3_000)).toBeLessThan(150);
    expect(seen.blurhash.length).toBeGreaterThan(5);
    const types = await Promise.all(
      [seen.play_url, seen.cover_url, seen.cover_small_url, seen.preview_url, seen.storyboard_url, seen.hls_url].map(async (url) => {
        const answer = await send('GET', url);
        expect(answer.status).toBe(200);
        expect(answer.headers.get('access-control-allow-origin')).not.toBeNull();
        return answer.headers.get('content-type');
      }),
    );
    expect(types).toEqual([
      'video/mp4',
      'image/jpeg',
      'image/jpeg',
      'image/webp',
      'text/vtt; charset=utf-8',
      'application/vnd.apple.mpegurl',
    ]);
  });

  it('is cached for ever but for its master playlist', async () => {
    const control = async (url: string) => (await send('GET', url)).headers.get('cache-control');
    expect(await control(video.play_url)).toContain('immutable');
    expect(await control(video.cover_url)).toContain('immutable');
    expect(await control(video.hls_url)).toBe('public, max-age=10');
  });

  it('has segments of whole seconds, each a range of one file', async () => {
    const master = await text(video.hls_url);
    const [rendition] = master.split('\n').filter((line) => line.endsWith('.m3u8'));
    const url = new URL(rendition ?? '', video.hls_url).href;
    const playlist = await text(url);
    expect(playlist).toMatch(/#EXT-X-MAP:URI="[^"]+",BYTERANGE="\d+@0"/);
    const ranges = [...playlist.matchAll(/#EXTINF:([\d.]+),\s+#EXT-X-BYTERANGE:(\d+)@(\d+)\s+(\S+)/g)];
    const seconds = ranges.reduce((sum, [, length]) => sum + Number(length), 0);
    expect(Math.abs(seconds - 3)).toBeLessThan(0.15);
    const [, , size, start, file] = ranges[1] as unknown as string[];
    const headers = { range: `bytes=${start}-${Number(start) + Number(size) - 1}` };
    const part = await send('GET', new URL(file ?? '', url).href, { headers });
    expect(part.status).toBe(206);
    expect((await part.arrayBuffer()).byteLength).toBe(Number(size));
  });

  it('gets further renditions behind the same addresses', async () => {
    const first = await alice.publishes('large', large);
    const renditions = await eventually(
      async () => {
        const status = await ask<{ renditions: string[] }>('GET', '/douyin/publish/status/', {
          query: { video_id: first.id },
          token: alice.token,
        });
        expect(status.renditions.length).toBe(3);
        return status.renditions;
      },
      { within: 60_000 },
    );
    expect(renditions).toEqual(['720p', '540p', '360p']);
    const later = (await alice.videosOf(alice)).find(({ id }) => id === first.id);
    expect([later?.play_url, later?.hls_url]).toEqual([first.play_url, first.hls_url]);
    await eventually(async () => expect((await text(first.hls_url)).match(/#EXT-X-STREAM-INF/g)).toHaveLength(3));
  });

  it('keeps the upload to itself', async () => {
    await alice.uploads('private', look);
    const own = (await alice.videosOf(alice))[0] as VideoObject;
    if (own.state !== 'published') {
      const file = Buffer.from(await (await send('GET', own.play_url)).arrayBuffer());
      const sent = Buffer.from(await (await fileBlob(await clip(look))).arrayBuffer());
      expect(createHash('sha256').update(file).digest('hex')).toBe(createHash('sha256').update(sent).digest('hex'));
      expect((await send('GET', own.play_url.replace(/\?.*$/, ''))).status).toBe(404);
    }
    const published = await alice.awaits('private', 'published');
    expect(published.play_url).toMatch(/\/play\.mp4$/);
  });

  it('takes the cover that its author chooses, and nobody else', async () => {
    const choose = (actor: Actor, at_ms: number) =>
      ask('POST', '/douyin/publish/cover/', { query: { video_id: video.id, at_ms }, token: actor.token });
    expect(await choose(bob, 100)).toMatchObject({ status_code: 13001 });
    expect(await choose(alice, 999_000)).toMatchObject({ status_code: 10001 });
    expect(await choose(alice, 1_500)).toMatchObject({ status_code: 0 });
    const changed = await eventually(async () => {
      const seen = await seenByBob();
      expect(seen.cover_url).not.toBe(video.cover_url);
      return seen;
    });
    expect((await send('GET', changed.cover_url)).headers.get('content-type')).toBe('image/jpeg');
    expect((await send('GET', changed.cover_small_url)).status).toBe(200);
  });

  it('is gone with all its files when its author deletes it', async () => {
    const [carol] = (await newUsers('carol')) as [Actor];
    const own = await carol.publishes('short-lived', look);
    await carol.deletes(own);
    const status = await ask('GET', '/douyin/publish/status/', { query: { video_id: own.id }, token: carol.token });
    expect(status).toMatchObject({ status_code: 0, state: 'removed' });
    await eventually(async () => {
      for (const url of [own.play_url, own.cover_url, own.hls_url]) expect((await send('GET', url)).status).toBe(404);
    });
  });
});

describe('the way of an upload', () => {
  let alice: Actor;
  let bob: Actor;
  beforeAll(async () => {
    [alice, bob] = (await newUsers('alice', 'bob')) as [Actor, Actor];
  });

  const PATH = '/douyin/publish/events/';
  const watching = (actor: Actor, id: number, lastEventId?: string) => {
    const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    return { query: { video_id: id }, token: actor.token, headers };
  };
  const events = (actor: Actor, id: number, lastEventId?: string, isEnough?: (event: SentEvent) => boolean) =>
    readEvents(PATH, watching(actor, id, lastEventId), isEnough);
  /** Uploads a clip; its id, long before it is published. */
  const begun = async (title: string, kind: ClipLook): Promise<number> => {
    await alice.uploads(title, kind);
    return ((await alice.videosOf(alice))[0] as VideoObject).id;
  };
  const isPublished = ({ data }: SentEvent): boolean => data['state'] === 'published';
  const told = (all: readonly SentEvent[]) => all.filter(isPublished).map(({ data }) => [data['renditions'], data['complete']]);
  const wholeLadder = ['720p', '540p', '360p'];

  it('is told from beginning to end, and nothing of it is missed by who comes back', { timeout: BACKGROUND_MS }, async () => {
    const id = await begun('watched', { ...look, pattern: 'bars' });
    const pieces: SentEvent[] = [];
    while (pieces.at(-1)?.data['complete'] !== true) pieces.push(...(await events(alice, id, pieces.at(-1)?.id, () => true)));
    expect(pieces).toEqual(await events(alice, id));
    expect(told(pieces)).toEqual([
      [['360p'], false],
      [['360p'], true],
    ]);
    expect(pieces.map(({ data }) => data['step']).filter((step, at, all) => step !== all[at - 1])).toEqual([
      ...['waiting', 'probing', 'transcoding', 'done'],
    ]);
    const percents = pieces.map(({ data }) => data['percent'] as number);
    expect(percents).toEqual([...percents].sort((a, b) => a - b));
    expect(percents.at(-1)).toBe(100);
    expect((await send('GET', PATH, watching(alice, id, pieces.at(-1)?.id))).status).toBe(204);
  });

  it('goes on behind the publication, and one stream tells its author of every rendition', { timeout: BACKGROUND_MS }, async () => {
    const id = await begun('a ladder', large);
    const seen = await events(alice, id);
    expect(told(seen)).toEqual([
      [['720p'], false],
      [wholeLadder, false],
      [wholeLadder, true],
    ]);
    expect(seen.filter(({ data }) => data['complete'])).toEqual([seen.at(-1)]);
    const [video] = await alice.videosOf(alice);
    expect((await (await send('GET', video?.hls_url ?? '')).text()).match(/#EXT-X-STREAM-INF/g)).toHaveLength(3);
  });

  it('is told to the end although the connection is lost behind the publication', { timeout: BACKGROUND_MS }, async () => {
    const id = await begun('lost and found', { ...large, pattern: 'bars' });
    const before = await events(alice, id, undefined, isPublished);
    expect(before.at(-1)?.data).toMatchObject({ state: 'published', complete: false });
    const next = await events(alice, id, before.at(-1)?.id, () => true);
    await eventually(
      async () => {
        const status = await ask('GET', '/douyin/publish/status/', { query: { video_id: id }, token: alice.token });
        expect(status).toMatchObject({ state: 'published', renditions: wholeLadder, complete: true });
      },
      { within: BACKGROUND_MS },
    );
    const missed = await events(alice, id, before.at(-1)?.id);
    expect(missed.slice(0, 1)).toEqual(next);
    expect(told(missed)).toEqual([
      [wholeLadder, false],
      [wholeLadder, true],
    ]);
    expect([...before, ...missed]).toEqual(await events(alice, id));
    expect((await send('GET', PATH, watching(alice, id, missed[0]?.id))).status).toBe(200);
    expect((await send('GET', PATH, watching(alice, id, missed.at(-1)?.id))).status).toBe(204);
  });

  it('ends for whoever watches when its author deletes it', { timeout: BACKGROUND_MS }, async () => {
    const id = await begun('regretted', { ...large, seconds: 3 });
    const seen = events(alice, id);
    await alice.deletes(id);
    expect((await seen).at(-1)?.data).toMatchObject({ state: 'removed', complete: true, renditions: [] });
  });

  it('is nobody else’s business', async () => {
    await alice.uploads('mine', look);
    const { id } = (await alice.videosOf(alice))[0] as VideoObject;
    for (const path of ['/douyin/publish/status/', '/douyin/publish/events/']) {
      expect(await ask('GET', path, { query: { video_id: id }, token: bob.token })).toMatchObject({ status_code: 13001 });
      expect(await ask('GET', path, { query: { video_id: id } })).toMatchObject({ status_code: 10002 });
    }
    expect(await ask('GET', '/douyin/publish/jobs/list/', { token: bob.token })).toMatchObject({ status_code: 13008 });
    expect(await ask('POST', '/douyin/publish/jobs/retry/', { query: { job_id: 1 }, token: bob.token })).toMatchObject({
      status_code: 13008,
    });
  });

  it('ends with a reason in the language of its author', async () => {
    const data = new Blob([Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypisom'), Buffer.alloc(5_000)])]);
    await ask('POST', '/douyin/publish/action/', { multipart: { token: alice.token, title: 'broken', data } });
    const { id } = await alice.awaits('broken', 'rejected');
    const status = (language: string) =>
      ask<{ reason: string }>('GET', '/douyin/publish/status/', {
        ...{ query: { video_id: id }, token: alice.token },
        headers: { 'accept-language': language },
      });
    expect(await status('en')).toMatchObject({ state: 'rejected', reason: 'The file is damaged or incomplete', complete: true });
    expect(await status('zh-CN')).toMatchObject({ state: 'rejected', reason: '文件已损坏或不完整' });
  });
});
