import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogRead } from '../model/like.store.js';
import type { Offset } from '../model/like.repository.js';
import { LikeSink } from '../worker/likes/like-sink.js';
import { modelFixture, type ModelFixture } from './model-fixture.js';

let model: ModelFixture;
let video: number;

beforeAll(async () => {
  model = await modelFixture();
  video = await model.publish(1);
});
afterAll(() => model.close());

const countOf = async (id: number): Promise<number | undefined> => (await model.videoCounters.getMany([id])).get(id)?.favorite_count;
const rowsOf = async (id: number): Promise<number> =>
  (await model.database.one<{ n: number }>('SELECT COUNT(*) AS n FROM likes WHERE video_id = ?', [id]))?.n ?? 0;

const readAll = (shard: number): Promise<Map<number, LogRead>> => model.store.readAll(new Map([[shard, { ms: 0, seq: 0 }]]), 1_000);

/** Dies right after MySQL's commit, before anything else. */
class DyingSink extends LikeSink {
  protected override done(_offsets: ReadonlyMap<number, Offset>): Promise<void> {
    return Promise.reject(new Error('killed'));
  }
}

describe('the like sink', () => {
  it('repeats nothing and loses nothing when it dies between commit and trim', async () => {
    const viewers = Array.from({ length: 40 }, (_, at) => at + 1);
    await model.likes.set(viewers.map((viewerId) => ({ viewerId, videoId: video, liked: true })));
    const dying = new DyingSink(model.store, model.sinkRows, model.likeRows);
    await dying.step(model.shards).catch(() => undefined);
    expect(await rowsOf(video)).toBe(40);
    await model.drainAll();
    await model.drainAll();
    expect(await rowsOf(video)).toBe(40);
    expect(await countOf(video)).toBe(40);
  });

  it('rolls everything back when it dies before the commit', async () => {
    const other = await model.publish(1);
    await model.likes.set([{ viewerId: 5, videoId: other, liked: true }]);
    const shard = model.store.shardOf(5);
    const read = await readAll(shard);
    const store = model.likeRows.storeOffsets.bind(model.likeRows);
    // The last statement: everything before it has been done when it fails.
    model.likeRows.storeOffsets = (tx) => tx.defer('SELECT killed');
    await expect(model.sinkRows.apply(read)).rejects.toThrow('killed');
    model.likeRows.storeOffsets = store;
    expect(await rowsOf(other)).toBe(0);
    await model.drainAll();
    expect(await rowsOf(other)).toBe(1);
    expect(await countOf(other)).toBe(1);
  });

  it('applies a batch once when two sinks have read it', async () => {
    const other = await model.publish(1);
    await model.likes.set([{ viewerId: 21, videoId: other, liked: true }]);
    const shard = model.store.shardOf(21);
    const read = await readAll(shard);
    await Promise.all([model.sinkRows.apply(read), model.another().sinkRows.apply(read)]);
    await model.drainAll();
    expect(await countOf(other)).toBe(1);
  });
});

describe('a log that is wrong about the rows', () => {
  it('is compared with them: a like that Redis had lost is not counted twice, nor one taken off twice', async () => {
    const other = await model.publish(1);
    await model.likes.set([31, 32].map((viewerId) => ({ viewerId, videoId: other, liked: true })));
    await model.drainAll();
    // As after a crash of a Redis that had not written its latest changes.
    await model.redis.client.zrem(model.store.membershipKey(31), String(other));
    await model.redis.client.zadd(model.store.membershipKey(33), 0, '.', 5, String(other));
    const likes = [31, 32, 33].map((viewerId) => ({ viewerId, videoId: other, liked: viewerId === 31 }));
    expect(await model.likes.set(likes)).toEqual(['changed', 'changed', 'changed']);
    await model.drainAll();
    expect(await rowsOf(other)).toBe(1);
    expect(await countOf(other)).toBe(1);
  });
});

describe('an emptied Redis', () => {
  it('is rebuilt from MySQL: memberships, counters, and a log that goes on where MySQL is', async () => {
    await model.drainAll();
    const before = await countOf(video);
    await model.redis.client.flushdb();
    expect(await model.liked(3, [video, 999])).toEqual([video]);
    expect(await countOf(video)).toBe(before);
    expect(await model.likes.set([{ viewerId: 3, videoId: video, liked: true }])).toEqual(['unchanged']);
    expect(await model.likes.set([{ viewerId: 3, videoId: video, liked: false }])).toEqual(['changed']);
    expect(await model.likes.set([{ viewerId: 777, videoId: video, liked: true }])).toEqual(['changed']);
    await model.drainAll();
    expect(await rowsOf(video)).toBe(before);
    expect(await countOf(video)).toBe(before);
  });

  it('rebuilds a membership from rows plus the entries that MySQL does not have yet', async () => {
    const other = await model.publish(1);
    await model.likes.set([{ viewerId: 8, videoId: other, liked: true }]);
    await model.redis.client.del(model.store.membershipKey(8));
    expect(await model.liked(8, [other, video])).toEqual([other, video]);
    await model.likes.set([{ viewerId: 8, videoId: video, liked: false }]);
    await model.redis.client.del(model.store.membershipKey(8));
    expect(await model.liked(8, [other, video])).toEqual([other]);
    await model.drainAll();
  });

  it('drops a batch that was read before Redis was emptied', async () => {
    const other = await model.publish(1);
    await model.likes.set([{ viewerId: 9, videoId: other, liked: true }]);
    const shard = model.store.shardOf(9);
    const read = await readAll(shard);
    await model.redis.client.flushdb();
    expect(await model.liked(9, [other])).toEqual([]);
    expect(await model.sinkRows.apply(read)).toEqual(new Map());
    expect(await rowsOf(other)).toBe(0);
  });

  it('goes on after a crash that left generations apart', async () => {
    const shard = model.store.shardOf(11);
    await model.database.execute('UPDATE like_offsets SET generation = generation + 5 WHERE shard = ?', [shard]);
    await model.likes.set([{ viewerId: 11, videoId: video, liked: false }]);
    await model.drainAll();
    expect(await model.sink.isDrained(shard)).toBe(true);
  });

  it('keeps the log short', async () => {
    for (let turn = 0; turn < 600; turn += 1) await model.likes.set([{ viewerId: 16, videoId: video, liked: turn % 2 === 0 }]);
    await model.drainAll();
    expect(await model.redis.client.xlen('like:{00}:log')).toBeLessThan(250);
    await expect(model.likeRows.ensureShards(32)).resolves.toBe(16);
  });
});
