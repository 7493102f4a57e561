import { DoulError } from '@doul/contracts';
import { nanoid } from 'nanoid';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commentFixture } from './comment-fixture.js';

let system: Awaited<ReturnType<typeof commentFixture>>;
let instances: ReturnType<(typeof system)['instance']>[];
beforeAll(async () => {
  system = await commentFixture();
  instances = [system.instance(), system.instance()];
});
afterAll(() => system.close());

const any = <T>(items: readonly T[]): T => items[Math.floor(Math.random() * items.length)] as T;
const idsOf = async (video: number, viewer = 0, limit = 20): Promise<number[]> =>
  (await any(instances).list(video, viewer, '', limit)).rows.map((row) => row.id);

describe('pages kept by two instances', () => {
  it('show every acknowledged post and no acknowledged deletion, while both go on', async () => {
    const video = system.video(0);
    const shown = new Set<number>();
    const gone = new Set<number>();
    let writing = true;
    const writer = async (user: number): Promise<void> => {
      for (let step = 0; step < 12; step += 1) {
        const { id } = await any(instances).post(user, video, `${user} ${step}`, nanoid());
        shown.add(id);
        await sleep(Math.random() * 10);
        shown.delete(id);
        await any(instances).remove(user, video, id);
        gone.add(id);
      }
    };
    let lists = 0;
    const reader = async (): Promise<void> => {
      while (writing) {
        const must = [...shown];
        const mustNot = [...gone];
        const seen = new Set(await idsOf(video));
        lists += 1;
        await sleep(1);
        // What was deleted meanwhile may be missing, and what was posted meanwhile may be there.
        for (const id of must) if (shown.has(id)) expect(seen).toContain(id);
        for (const id of mustNot) expect(seen).not.toContain(id);
      }
    };
    const readers = Array.from({ length: 4 }, reader);
    await Promise.all(Array.from({ length: 4 }, (_, at) => writer(at + 1))).finally(() => (writing = false));
    await Promise.all(readers);
    expect(lists).toBeGreaterThan(20);
    expect(await idsOf(video)).toEqual([]);
  });

  it('show comments under review to thousands of interleaved viewers as to each alone', async () => {
    const video = system.video(1);
    const own = new Map<number, number>();
    const open = await instances[0]?.post(1, video, 'for all', nanoid());
    for (const user of [3, 8]) own.set(user, (await any(instances).post(user, video, 'badreview', nanoid())).id);
    const ask = async (at: number): Promise<void> => {
      await sleep(Math.random() * 500);
      const viewers = Array.from({ length: 20 }, (_, i) => (at + i) % 10);
      const pages = await any(instances).listAll(
        viewers.map((viewerId) => ({ videoId: viewerId === 9 ? 1 : video, viewerId, cursor: '', limit: 10, etag: '' })),
      );
      pages.forEach((page, i) => {
        const viewer = viewers[i] ?? 0;
        if (page instanceof DoulError) return expect([viewer, page.name]).toEqual([9, 'NO_SUCH_VIDEO_TO_COMMENT']);
        const mine = own.get(viewer);
        expect(page.rows.map((row) => row.id)).toEqual(mine === undefined ? [open?.id] : [mine, open?.id]);
        expect(page.etag === '').toBe(mine !== undefined);
      });
    };
    await Promise.all(Array.from({ length: 150 }, (_, at) => ask(at)));
  });

  it('have the same name for the same page on every instance, and another one for another', async () => {
    const video = system.video(2);
    for (let at = 0; at < 5; at += 1) await any(instances).post(1, video, `c${at}`, nanoid());
    const page = async (at: number, limit: number) => instances[at]?.list(video, 1, '', limit);
    expect((await page(0, 3))?.etag).toBe((await page(1, 3))?.etag);
    expect((await page(0, 5))?.etag).not.toBe((await page(0, 3))?.etag);
    const before = (await page(0, 3))?.etag;
    await instances[1]?.post(1, video, 'one more', nanoid());
    expect((await page(0, 3))?.etag).not.toBe(before);
  });

  it('are right again within a second when a writer dies between its commit and its word of it', async () => {
    const video = system.video(3);
    await any(instances).post(1, video, 'first', nanoid());
    await system.versions.announce([video]);
    for (const instance of instances) await instance.list(video, 0, '', 10);
    // As a process does that is killed after COMMIT.
    await system.database.execute(
      `INSERT INTO comments (video_id, user_id, content, state, request_key, created_at) VALUES (?, 1, 'unsaid', 'visible', ?, ?)`,
      [video, nanoid(), Date.now()],
    );
    const texts = async (at: number) => (await instances[at]?.list(video, 0, '', 10))?.rows.map((row) => row.content);
    await sleep(1_000);
    expect(await texts(0)).toEqual(['unsaid', 'first']);
    expect(await texts(1)).toEqual(['unsaid', 'first']);
  });
});

describe('posts of one batch', () => {
  it('fail alone: for their words, their video, their length, or what MySQL does not take', async () => {
    const video = system.video(4);
    const key = nanoid();
    const post = (content: string, videoId = video, requestKey = nanoid()) => ({ userId: 1, videoId, content, requestKey });
    const results = await instances[0]?.postAll([
      post('good', video, key),
      post('so badblock'),
      post('nowhere', 12),
      post('x'.repeat(501)),
      post('key too long', video, 'k'.repeat(100)),
      post('good again', video, key),
      post('fine', system.video(5)),
    ]);
    const names = results?.map((result) => (result instanceof DoulError ? result.name : result.content));
    expect(names).toEqual(['good', 'TEXT_REFUSED', 'NO_SUCH_VIDEO_TO_COMMENT', 'INVALID_PARAMETER', 'INTERNAL', 'good', 'fine']);
    expect(await idsOf(video)).toHaveLength(1);
    expect(await idsOf(system.video(5))).toHaveLength(1);
    expect(await system.reconcile.page(video - 1, 1)).toMatchObject({ differences: [], checked: 1 });
  });

  it('are one comment a key on two instances at once, each in the order of its batch', async () => {
    const video = system.video(6);
    const keys = Array.from({ length: 60 }, () => nanoid());
    const batch = keys.map((requestKey, at) => ({ userId: at % 7, videoId: video, content: `c${at}`, requestKey }));
    const shuffled = [...batch].reverse();
    const [one, two] = await Promise.all([instances[0]?.postAll(batch), instances[1]?.postAll(shuffled)]);
    expect(one?.map((row) => (row instanceof DoulError ? row : row.content))).toEqual(batch.map((comment) => comment.content));
    expect([...(two ?? [])].reverse()).toEqual(one);
    expect(await idsOf(video, 0, 100)).toHaveLength(60);
    expect(await system.reconcile.page(video - 1, 1)).toMatchObject({ differences: [], checked: 1 });
  });
});
