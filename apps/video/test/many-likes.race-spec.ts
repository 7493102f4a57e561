import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelFixture, type ModelFixture } from './model-fixture.js';

let model: ModelFixture;
const AUTHOR = 9_100;
const videos: number[] = [];

beforeAll(async () => {
  model = await modelFixture();
  model.store.limits = { keep: 3, most: 9 };
  for (let at = 0; at < 12; at += 1) videos.push(await model.publish(AUTHOR));
});
afterAll(() => model.close());

const set = async (viewerId: number, videoId: number, liked: boolean): Promise<string | undefined> =>
  (await model.likes.set([{ viewerId, videoId, liked }]))[0];

async function walk(viewerId: number, size: number): Promise<number[]> {
  const walked: number[] = [];
  for (let before = Infinity; ;) {
    const [quick] = await model.likes.latestOfMany([{ viewerId, before, limit: size }]);
    const page = await model.likes.latest(viewerId, before, size);
    // Only what Redis has whole is answered quickly.
    if (quick) expect(quick).toEqual(page);
    walked.push(...page.map((like) => like.videoId));
    if (page.length < size) return walked;
    before = page.at(-1)?.likedAt ?? 0;
  }
}

const idle = (): Promise<unknown> => Promise.resolve();

/** Everything that can be asked about a viewer, against what it must be: videos in the order they were liked. */
async function expectExact(viewerId: number, liked: readonly number[], size: number): Promise<void> {
  expect(await model.liked(viewerId, videos)).toEqual(videos.filter((id) => liked.includes(id)));
  expect(await walk(viewerId, size)).toEqual([...liked].reverse());
  expect((await model.members.counts([viewerId])).get(viewerId)).toBe(liked.length);
  const whole = (await model.likes.sets([viewerId], videos.length)).get(viewerId);
  const isWhole = String(await model.redis.client.zscore(model.store.membershipKey(viewerId), '.')) === '0';
  expect(whole === 'too many' ? whole : new Set(whole)).toEqual(isWhole ? new Set(liked) : 'too many');
}

describe('a viewer with more likes than Redis holds', () => {
  it('likes, unlikes and likes again what lies below the floor, before MySQL knows', async () => {
    for (const id of videos) expect(await set(1, id, true)).toBe('changed');
    await model.drainAll();
    await model.redis.client.del(model.store.membershipKey(1));
    await expectExact(1, videos, 5);
    const [first = 0, second = 0, ...rest] = videos;
    expect(await model.redis.client.zcard(model.store.membershipKey(1))).toBeLessThanOrEqual(9);
    expect(await set(1, first, true)).toBe('unchanged');
    expect(await set(1, first, false)).toBe('changed');
    expect(await set(1, first, false)).toBe('unchanged');
    await expectExact(1, [second, ...rest], 3);
    expect(await set(1, first, true)).toBe('changed');
    await expectExact(1, [second, ...rest, first], 3);
    await model.drainAll();
    await expectExact(1, [second, ...rest, first], 4);
    expect(await model.differences()).toEqual([]);
  });

  it('property: equals a plain list, whatever is asked, drained, lost or moved in between', async () => {
    const viewer = fc.integer({ min: 2, max: 3 });
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.record({ kind: fc.constant('set' as const), viewer, at: fc.nat(11), liked: fc.boolean() }) },
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('like' as const), viewer, at: fc.nat(11) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('ask' as const), viewer, size: fc.integer({ min: 1, max: 6 }) }) },
      { weight: 1, arbitrary: fc.constant({ kind: 'drain' as const }) },
      { weight: 2, arbitrary: fc.constant({ kind: 'drain meanwhile' as const }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const), viewer }) },
      { weight: 1, arbitrary: fc.constant({ kind: 'empty' as const }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 50 }), async (steps) => {
        const plain = new Map<number, number[]>([2, 3].map((id) => [id, []]));
        for (const videoId of videos) for (const viewerId of [2, 3]) await set(viewerId, videoId, false);
        await model.drainAll();
        let sink = idle();
        for (const item of steps) {
          if (item.kind === 'set' || item.kind === 'like') {
            const [own, id, liked] = [plain.get(item.viewer) ?? [], videos[item.at] ?? 0, item.kind === 'like' || item.liked];
            expect(await set(item.viewer, id, liked)).toBe(own.includes(id) === liked ? 'unchanged' : 'changed');
            if (own.includes(id) !== liked) plain.set(item.viewer, liked ? [...own, id] : own.filter((one) => one !== id));
          } else if (item.kind === 'ask') await expectExact(item.viewer, plain.get(item.viewer) ?? [], item.size);
          else if (item.kind === 'drain') await model.drainAll();
          else if (item.kind === 'drain meanwhile') {
            await sink;
            sink = model.sink.drain(model.shards);
          } else if (item.kind === 'lose') await model.redis.client.del(model.store.membershipKey(item.viewer));
          else {
            await sink;
            await model.drainAll();
            await model.redis.client.flushdb();
          }
        }
        await sink;
        await model.drainAll();
        for (const id of [2, 3]) await expectExact(id, plain.get(id) ?? [], 5);
        expect(await model.differences(50)).toEqual([]);
      }),
      { numRuns: 12 },
    );
  }, 120_000);

  it('stays exact under a crowd of processes and a working sink', async () => {
    const other = model.another();
    other.store.limits = model.store.limits;
    const viewers = [11, 12, 13, 14];
    const last = new Map<number, Set<number>>();
    let done = false;
    const sink = (async () => {
      while (!done) await model.sink.step(model.shards);
    })();
    await Promise.all(
      viewers.map(async (viewerId, index) => {
        const own = new Set<number>();
        last.set(viewerId, own);
        for (let turn = 0; turn < 80; turn += 1) {
          const id = videos[(turn * 7 + index) % videos.length] ?? 0;
          const liked = (turn * 5 + index) % 3 !== 0;
          const [outcome] = await (turn % 2 ? model : other).likes.set([{ viewerId, videoId: id, liked }]);
          expect(outcome).toBe(own.has(id) === liked ? 'unchanged' : 'changed');
          if (liked) own.add(id);
          else own.delete(id);
          expect(await (turn % 3 ? model : other).liked(viewerId, videos)).toEqual(videos.filter((video) => own.has(video)));
        }
      }),
    );
    done = true;
    await sink;
    await model.drainAll();
    expect(await model.differences()).toEqual([]);
  }, 60_000);
});
