import type { Database, Tx } from '@doul/data';
import { nanoid } from 'nanoid';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CommentListRepository } from '../model/comment-list.repository.js';
import { OWNER, commentFixture } from './comment-fixture.js';

let system: Awaited<ReturnType<typeof commentFixture>>;
beforeAll(async () => {
  system = await commentFixture();
});
afterAll(() => system.close());

const ALICE = 1;
const BOB = 2;
const post = (user: number, video: number, text: string, key = nanoid()) => system.service.post(user, system.video(video), text, key);
const list = async (viewer: number, video: number, cursor = '', limit = 0) =>
  system.service.list(system.video(video), viewer, cursor, limit);
const contents = async (viewer: number, video: number) => (await list(viewer, video)).rows.map((row) => row.content);
const count = async (video: number) => (await system.counters.getMany([system.video(video)])).get(system.video(video))?.comment_count;
const projected = async () => {
  await system.counters.projector.projectDirty();
};

describe('comments', () => {
  it('are listed newest first, counted, and announced', async () => {
    const { cursor } = await system.counters.changes.since('');
    await post(ALICE, 0, 'first');
    await post(BOB, 0, 'second 😀');
    expect(await contents(0, 0)).toEqual(['second 😀', 'first']);
    await projected();
    expect(await count(0)).toBe(2);
    expect((await system.counters.changes.since(cursor)).ids).toContain(system.video(0));
    expect(await system.events()).toEqual(['comment.posted', 'comment.posted']);
  });

  it('are posted once when the request is repeated', async () => {
    const key = nanoid();
    const first = await post(ALICE, 1, 'once', key);
    const second = await post(ALICE, 1, 'once more', key);
    expect(second).toEqual(first);
    expect(await contents(0, 1)).toEqual(['once']);
    await projected();
    expect(await count(1)).toBe(1);
  });

  it('need a video, and a text of 1 to 500 characters that shows something', async () => {
    await expect(post(ALICE, 999, 'hello')).rejects.toMatchObject({ name: 'NO_SUCH_VIDEO_TO_COMMENT' });
    await expect(list(0, 999)).rejects.toMatchObject({ name: 'NO_SUCH_VIDEO_TO_COMMENT' });
    await expect(post(ALICE, 1, ' \u200b')).rejects.toMatchObject({ name: 'INVALID_PARAMETER' });
    await expect(post(ALICE, 1, '😀'.repeat(501))).rejects.toMatchObject({ name: 'INVALID_PARAMETER' });
    expect((await post(ALICE, 1, '😀'.repeat(500))).content).toBe('😀'.repeat(500));
  });

  it('are refused, masked, or shown to their author only until somebody has read them', async () => {
    await expect(post(ALICE, 2, 'so badblock')).rejects.toMatchObject({ name: 'TEXT_REFUSED', details: { parameter: 'comment_text' } });
    expect((await post(ALICE, 2, 'so badmask')).content).toBe('so *******');
    const held = await post(ALICE, 2, 'so badreview');
    expect(await contents(ALICE, 2)).toEqual(['so badreview', 'so *******']);
    expect(await contents(BOB, 2)).toEqual(['so *******']);
    expect(await contents(OWNER, 2)).toEqual(['so *******']);
    await projected();
    expect(await count(2)).toBe(1);
    expect((await system.reviews.list('', 0)).rows.map((row) => row.id)).toContain(held.id);

    await system.reviews.resolve(held.id, true);
    await system.reviews.resolve(held.id, true);
    await expect(system.reviews.resolve(held.id, false)).rejects.toMatchObject({ name: 'NOT_IN_REVIEW' });
    expect(await contents(BOB, 2)).toEqual(['so badreview', 'so *******']);
    await projected();
    expect(await count(2)).toBe(2);
    expect((await system.reviews.list('', 0)).rows).toEqual([]);

    const rejected = await post(ALICE, 2, 'badreview again');
    await system.reviews.resolve(rejected.id, false);
    expect(await contents(ALICE, 2)).toEqual(['so badreview', 'so *******']);
    await expect(system.reviews.resolve(123456789, true)).rejects.toMatchObject({ name: 'NO_SUCH_COMMENT' });
  });

  it('are deleted by their author and by the author of the video, once or again, and by nobody else', async () => {
    const mine = await post(ALICE, 3, 'mine');
    const other = await post(ALICE, 3, 'other');
    const held = await post(ALICE, 3, 'badreview');
    const remove = (user: number, id: number, video = 3) => system.service.remove(user, system.video(video), id);
    await expect(remove(BOB, mine.id)).rejects.toMatchObject({ name: 'NOT_YOUR_COMMENT' });
    await expect(remove(BOB, held.id)).rejects.toMatchObject({ name: 'NO_SUCH_COMMENT' });
    await expect(remove(ALICE, mine.id, 4)).rejects.toMatchObject({ name: 'NO_SUCH_COMMENT' });
    await expect(remove(ALICE, 987654321)).rejects.toMatchObject({ name: 'NO_SUCH_COMMENT' });
    await remove(ALICE, mine.id);
    await remove(ALICE, mine.id);
    await remove(OWNER, other.id);
    await remove(OWNER, other.id);
    await remove(ALICE, held.id);
    await expect(remove(BOB, mine.id)).rejects.toMatchObject({ name: 'NO_SUCH_COMMENT' });
    expect(await contents(ALICE, 3)).toEqual([]);
    await projected();
    expect(await count(3)).toBe(0);
  });

  it('are paged exactly, own ones under review in between', async () => {
    const texts = Array.from({ length: 25 }, (_, at) => (at % 5 === 0 ? `badreview ${at}` : `text ${at}`));
    for (const text of texts) await post(ALICE, 5, text);
    for (const [viewer, expected] of [
      [ALICE, texts],
      [BOB, texts.filter((text) => text.startsWith('text'))],
    ] as const) {
      const seen: string[] = [];
      let cursor = '';
      do {
        const page = await list(viewer, 5, cursor, 4);
        expect(page.rows.length).toBeLessThanOrEqual(4);
        seen.push(...page.rows.map((row) => row.content));
        cursor = page.nextCursor;
      } while (cursor !== '');
      expect(seen).toEqual([...expected].reverse());
    }
    await expect(list(ALICE, 5, 'nonsense')).rejects.toMatchObject({ name: 'INVALID_PARAMETER', details: { parameter: 'cursor' } });
  });

  it('cost the same on every page of a video with very many, and as they are taken away', async () => {
    const video = system.video(7);
    const [rows, each] = [20_000, 1_000];
    for (let start = 0; start < rows; start += each) {
      const batch = Array.from({ length: each }, (_, at) => [video, BOB, `c${start + at}`, 'visible', nanoid(), start + at]);
      await system.database.execute('INSERT INTO comments (video_id, user_id, content, state, request_key, created_at) VALUES ?', [batch]);
    }
    await system.database.execute('ANALYZE TABLE comments');
    const ids = await system.database.query<{ id: number }>('SELECT id FROM comments WHERE video_id = ? ORDER BY id', [video]);
    /** Rows that the storage engine was asked for. */
    const readsOf = async (work: (tx: Tx) => Promise<unknown>): Promise<number> =>
      system.database.transaction(async (tx) => {
        await tx.execute('FLUSH STATUS');
        await work(tx);
        const counts = await tx.query<{ Value: string }>("SHOW SESSION STATUS LIKE 'Handler_read%'");
        return counts.reduce((sum, { Value }) => sum + Number(Value), 0);
      });
    for (const depth of [0, 100, 10_000, 19_000]) {
      const before = ids[rows - 1 - depth]?.id ?? 0;
      for (const viewer of [0, ALICE]) {
        const lists = (tx: Tx) => new CommentListRepository(tx as unknown as Database).ofVideo(video, viewer, before, 11);
        expect(await readsOf(lists)).toBeLessThan(60);
      }
    }
    expect(await system.repository.purge(video, 500)).toBe(500);
    expect((await list(BOB, 7)).rows).toHaveLength(1_000);
    // They came past the counters, which a later test compares.
    await system.database.execute('DELETE FROM comments WHERE video_id = ?', [video]);
    await system.database.execute('DELETE FROM comment_counters WHERE id = ?', [video]);
  });

  it('go with their video', async () => {
    for (let at = 0; at < 7; at += 1) await post(BOB, 6, at === 3 ? 'badreview' : `c${at}`);
    system.videos.delete(system.video(6));
    await vi.waitFor(() => expect(list(BOB, 6)).rejects.toMatchObject({ name: 'NO_SUCH_VIDEO_TO_COMMENT' }), 1_000);
    await expect(post(BOB, 6, 'late')).rejects.toMatchObject({ name: 'NO_SUCH_VIDEO_TO_COMMENT' });
    const event = { videoId: system.video(6), authorId: OWNER, version: 2 };
    await system.removed.purge(event);
    await system.removed.purge(event);
    const left = await system.database.query('SELECT id FROM comments WHERE video_id = ? AND state <> ?', [system.video(6), 'removed']);
    expect(left).toEqual([]);
    await projected();
    expect(await count(6)).toBe(0);
  });

  it('agree with their counters, and a difference is found', async () => {
    await projected();
    const clean = await system.reconcile.page(0, 0);
    expect(clean).toMatchObject({ differences: [], hasMore: false });
    expect(clean.checked).toBeGreaterThan(5);
    await system.database.execute('UPDATE comment_counters SET comment_count = comment_count + 1 WHERE id = ?', [system.video(0)]);
    expect((await system.reconcile.page(0, 0)).differences).toEqual([`comments of video ${system.video(0)}: 2 rows, counter 3, shown 2`]);
    await system.database.execute('UPDATE comment_counters SET comment_count = comment_count - 1 WHERE id = ?', [system.video(0)]);
  }, 20_000);
});

describe('word lists', () => {
  it('start with the built-in words and get a new version with each change', async () => {
    const before = await system.words.page('', 10_000);
    expect(before.words.length).toBeGreaterThan(100);
    const added = await system.words.add([
      { text: '新词', level: 'mask' },
      { text: 'newword', level: 'block' },
    ]);
    expect(added).toBe(before.version + 1);
    await system.words.add([{ text: 'newword', level: 'review' }]);
    const after = await system.words.page('', 10_000);
    expect(after.words).toContainEqual({ text: 'newword', level: 'review' });
    expect(after.words.length).toBe(before.words.length + 2);
    const removed = await system.words.remove(['新词', 'newword']);
    expect(removed).toBe(added + 2);
    expect(await system.words.remove(['新词'])).toBe(removed);
    expect((await system.words.page('', 10_000)).words).toEqual(before.words);
  });

  it('are paged by text', async () => {
    const whole = (await system.words.page('', 10_000)).words;
    const pages = [];
    for (let after = ''; ;) {
      const { words } = await system.words.page(after, 37);
      if (words.length === 0) break;
      pages.push(...words);
      after = words.at(-1)?.text ?? '';
    }
    expect(pages).toEqual(whole);
  });
});
