import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FeedIndex } from '../model/feed-index.js';
import { VisibleFeed } from '../rpc/visible-feed.js';
import { aPublication, modelFixture, type ModelFixture } from './model-fixture.js';

/** So small that most of a feed lies past it, in MySQL. */
class SmallIndex extends FeedIndex {
  protected override readonly size = 20;
}

let model: ModelFixture;
let small: SmallIndex;

beforeAll(async () => {
  model = await modelFixture();
  small = new SmallIndex(model.redis, model.feedRows);
});
afterAll(() => model.close());
beforeEach(async () => {
  await model.database.execute('DELETE FROM videos');
  await model.redis.client.flushdb();
});

/** Fills the table directly; `times` are feed times, ascending. */
async function fill(count: number, publishedAt: (at: number) => number): Promise<void> {
  const start = Date.now() - 1_000_000;
  const rows = Array.from({ length: count }, (_, at) => ({
    author_id: 1 + (at % 7),
    title: '',
    state: 'published',
    object_key: `videos/fill-${at}`,
    size_bytes: 1,
    request_key: `fill-${at}`,
    created_at: start,
    state_at: start,
    published_at: publishedAt(at),
    feed_time: start + at,
  }));
  await model.database.insert('videos', rows);
  await model.database.execute('UPDATE feed_clock SET last_time = ?', [start + count]);
}

const published = async (): Promise<number[]> =>
  (await model.database.query<{ id: number }>("SELECT id FROM videos WHERE state = 'published' ORDER BY feed_time DESC")).map(
    (row) => row.id,
  );

async function walk(feed: FeedIndex, size: number, meanwhile: (page: number) => Promise<void> = async () => undefined): Promise<number[]> {
  const seen: number[] = [];
  for (let before = 0, page = 0; ; page += 1) {
    const rows = await feed.page(before, size);
    if (rows.length === 0) return seen;
    seen.push(...rows.map((row) => row.videoId));
    before = rows.at(-1)?.feedTime ?? 0;
    await meanwhile(page);
  }
}

describe('the feed', () => {
  it.each([
    ['inside the index', () => model.feed],
    ['past the index', () => small],
  ])('shows each of 300 videos once, 50 with one time of publication and new ones arriving, %s', async (_, feedOf) => {
    const same = Date.now() - 500_000;
    await fill(300, (at) => (at >= 100 && at < 150 ? same : same + at));
    const before = await published();
    const seen = await walk(feedOf(), 30, async () => void (await model.publish(77)));
    const known = new Set(before);
    expect(seen.filter((id) => known.has(id))).toEqual(before);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('has full pages until it ends', async () => {
    await fill(65, () => 1);
    for (const feed of [model.feed, small]) {
      await model.redis.client.flushdb();
      const sizes: number[] = [];
      for (let before = 0; ;) {
        const rows = await feed.page(before, 30);
        sizes.push(rows.length);
        if (rows.length === 0) break;
        before = rows.at(-1)?.feedTime ?? 0;
      }
      expect(sizes).toEqual([30, 30, 5, 0]);
    }
  });

  it('puts what fifty workers publish at once into one order, without ties and without holes', async () => {
    await model.feed.page(0, 1);
    const other = model.another();
    const ids = await Promise.all(Array.from({ length: 50 }, (_, at) => (at % 2 ? model : other).publish(500 + at)));
    const rows = await model.feed.page(0, 100);
    expect(new Set(rows.map((row) => row.videoId))).toEqual(new Set(ids));
    expect(new Set(rows.map((row) => row.feedTime)).size).toBe(50);
    expect(rows.map((row) => row.videoId)).toEqual(await published());
    expect((await model.userCounters.getMany([500])).get(500)?.work_count).toBe(1);
  });

  it('finds what a publisher that died after its commit left out', async () => {
    await model.feed.page(0, 1);
    const extend = model.feed.extend.bind(model.feed);
    model.feed.extend = () => Promise.reject(new Error('killed'));
    const lost = await model.publish(1);
    model.feed.extend = extend;
    const found = await model.publish(1);
    expect((await model.feed.page(0, 10)).map((row) => row.videoId)).toEqual([found, lost]);
  });

  it('passes over what is in the index by mistake, puts it right, and believes no stale card', async () => {
    await fill(80, () => 1);
    const visible = new VisibleFeed(model.feed, model.cards, model.videos);
    const all = await published();
    await visible.page(0, 100);
    await model.database.execute('DELETE FROM videos WHERE id IN (?)', [all.slice(0, 60)]);
    await model.cards.forget(all.slice(0, 60));
    expect((await visible.page(0, 15)).map((row) => row.videoId)).toEqual(all.slice(60, 75));
    expect((await model.feed.page(0, 15)).map((row) => row.videoId)).toEqual(all.slice(60, 75));
    const made = await model.videos.create({ authorId: 88, title: '', objectKey: 'videos/stale', sizeBytes: 1, requestKey: 'stale' });
    const forget = model.cards.forget.bind(model.cards);
    const claim = await model.claim(made?.id ?? 0);
    await model.cards.getMany([made?.id ?? 0]);
    model.cards.forget = () => Promise.resolve();
    await model.publications.publish(claim, aPublication(), []);
    model.cards.forget = forget;
    expect((await visible.page(0, 1))[0]?.videoId).toBe(made?.id);
    expect((await model.cards.get(made?.id ?? 0))?.state).toBe('published');
  });

  it('publishes once when two workers hold the same video', async () => {
    const made = await model.videos.create({ authorId: 3, title: '', objectKey: 'videos/twice', sizeBytes: 1, requestKey: 'twice' });
    const id = made?.id ?? 0;
    const first = await model.claim(id);
    const second = await model.takeOver(id);
    const results = await Promise.all([
      model.publications.publish(first, aPublication(), []),
      model.publications.publish(second, aPublication(), []),
      model.publications.publish(second, aPublication(), []),
    ]);
    expect(results.filter(Boolean)).toHaveLength(1);
    expect(results[0]).toBe(false);
    expect((await model.userCounters.getMany([3])).get(3)?.work_count).toBe(1);
    expect(await model.publications.remove(3, id)).toBe('removed');
    expect(await model.publications.remove(3, id)).toBe('removed');
    await model.userCounters.project([3]);
    expect((await model.userCounters.getMany([3])).get(3)?.work_count).toBe(0);
    expect(await model.feed.page(0, 10)).toEqual([]);
  });

  it('walks every video that stays, exactly once, whatever happens on the way', async () => {
    const step = fc.constantFrom('publish', 'remove-old', 'remove-new', 'lose-index', 'repair', 'nothing');
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 0, max: 60 }),
        fc.array(step, { maxLength: 12 }),
        async (size, count, steps) => {
          await model.database.execute('DELETE FROM videos');
          await model.redis.client.flushdb();
          await fill(count, () => 1);
          const start = await published();
          const removed = new Set<number>();
          const seen = await walk(small, size, async (page) => {
            const action = steps[page];
            const rows = await published();
            const victim = action === 'remove-old' ? rows.at(-1) : action === 'remove-new' ? rows[0] : undefined;
            if (action === 'publish') await model.publish(5);
            if (action === 'lose-index') await model.redis.client.flushdb();
            if (action === 'repair') await small.extend();
            if (victim === undefined) return;
            const [row] = await model.database.query<{ author: number }>('SELECT author_id AS author FROM videos WHERE id = ?', [victim]);
            await model.publications.remove(row?.author ?? 0, victim);
            removed.add(victim);
          });
          expect(new Set(seen).size).toBe(seen.length);
          expect(seen.filter((id) => start.includes(id) && !removed.has(id))).toEqual(start.filter((id) => !removed.has(id)));
        },
      ),
      { numRuns: 25 },
    );
  });
});
