import { FavoriteServiceDefinition } from '@doul/contracts';
import { newRedisClient, watchChannels } from '@doul/data';
import { instanceClient } from '@doul/rpc';
import { FlagsProcess, eventually, redisCluster, type TestCluster } from '@doul/testing';
import type { Cluster } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FeedIndex } from '../model/feed-index.js';
import { FavoriteService } from '../rpc/favorite.service.js';
import { PublishedVideos } from '../rpc/published-videos.js';
import { modelFixture, type ModelFixture } from './model-fixture.js';

let servers: TestCluster;
let client: Cluster;
let model: ModelFixture;
const AUTHOR = 9_200;
const viewers = Array.from({ length: 80 }, (_, at) => 100 + at);
const videos: number[] = [];

beforeAll(async () => {
  servers = await redisCluster();
  process.env['REDIS_URL'] = servers.url;
  client = newRedisClient('cluster-spec') as Cluster;
  model = await modelFixture(client);
  for (let at = 0; at < 6; at += 1) videos.push(await model.publish(AUTHOR));
}, 120_000);
afterAll(async () => {
  await model.close();
  await servers.stop();
});

const keysPerNode = async (): Promise<number[]> => (await servers.each('dbsize')).map(Number);
const everybodyLikes = (videoId: number, liked = true): Promise<string[]> =>
  model.likes.set(viewers.map((viewerId) => ({ viewerId, videoId, liked })));
const flagsOf = (): Promise<number[][]> => Promise.all(viewers.map((viewerId) => model.liked(viewerId, videos)));

describe('on a Redis Cluster of three nodes', () => {
  it('likes, unlikes, counts and lists as on one server', async () => {
    const [first = 0, second = 0] = videos;
    expect(new Set(await everybodyLikes(first))).toEqual(new Set(['changed']));
    expect(new Set(await everybodyLikes(first))).toEqual(new Set(['unchanged']));
    await everybodyLikes(second);
    await model.likes.set([{ viewerId: 100, videoId: first, liked: false }]);
    expect(await flagsOf()).toEqual(viewers.map((viewerId) => (viewerId === 100 ? [second] : [first, second])));
    await model.drainAll();
    expect((await model.videoCounters.getMany(videos)).get(first)?.favorite_count).toBe(viewers.length - 1);
    expect((await model.userCounters.getMany([AUTHOR])).get(AUTHOR)?.total_favorited).toBe(2 * viewers.length - 1);
    expect((await model.members.counts([100, 101])).get(101)).toBe(2);
    expect((await model.likes.latest(101, Infinity, 5)).map((like) => like.videoId)).toEqual([second, first]);
    const lists = await model.likes.latestOfMany(viewers.map((viewerId) => ({ viewerId, before: Infinity, limit: 5 })));
    expect(lists.map((list) => list?.map((like) => like.videoId))).toEqual(
      viewers.map((viewerId) => (viewerId === 100 ? [second] : [second, first])),
    );
    expect(await model.differences(20)).toEqual([]);
  });

  it('spreads its keys over the nodes', async () => {
    for (const keys of await keysPerNode()) expect(keys).toBeGreaterThan(10);
  });

  it('goes on when every node has lost its scripts', async () => {
    await servers.each('script', 'flush');
    const [, , third = 0] = videos;
    expect(new Set(await everybodyLikes(third))).toEqual(new Set(['changed']));
    await model.drainAll();
    expect((await model.videoCounters.getMany([third])).get(third)?.favorite_count).toBe(viewers.length);
  });

  it('is rebuilt when one node was emptied', async () => {
    const before = await flagsOf();
    await client.nodes('master')[1]?.flushall();
    expect(await flagsOf()).toEqual(before);
    await everybodyLikes(videos[3] ?? 0);
    await model.drainAll();
    expect((await model.videoCounters.getMany(videos)).get(videos[3] ?? 0)?.favorite_count).toBe(viewers.length);
    expect(await model.differences(20)).toEqual([]);
  });

  it('forgets cards and counters that lie on different nodes at once', async () => {
    await model.cards.getMany(videos);
    await model.cards.forget(videos);
    await model.videoCounters.rebuild(videos);
    expect((await model.cards.getMany(videos)).size).toBe(videos.length);
  });

  it('hears of a change from every node, and so believes no order of what it hears', async () => {
    const heard: [string, boolean][] = [];
    const watch = watchChannels({
      name: 'cluster-spec',
      client: () => Promise.resolve(client),
      channels: ['doul:spec'],
      onMessage: (_, text, isOrdered) => heard.push([text, isOrdered]),
      onReset: () => undefined,
      isWanted: () => true,
    });
    try {
      await eventually(async () => expect(watch.ageMs()).toBeLessThan(1_000));
      await client.nodes('master')[1]?.publish('doul:spec', 'a change');
      await eventually(async () => expect(heard).toEqual(Array.from({ length: 3 }, () => ['a change', false])));
    } finally {
      await watch.stop();
    }
  });

  it('shows likes at once where they are kept, although nodes pass messages on to each other', async () => {
    const favorites = instanceClient(
      FavoriteServiceDefinition,
      new FavoriteService(model.likes, new PublishedVideos(model.cards, model.videos)),
    );
    const process = new FlagsProcess({ favorites });
    try {
      while (!process.isWatched) await sleep(10);
      const actAndLook = async (viewerId: number): Promise<void> => {
        const own = new Set(await model.liked(viewerId, videos));
        for (let round = 0; round < 60; round += 1) {
          const videoId = videos[Math.floor(Math.random() * videos.length)] ?? 0;
          const liked = !own.delete(videoId);
          if (liked) own.add(videoId);
          await model.likes.set([{ viewerId, videoId, liked }]);
          const seen = await process.flags(viewerId, { videoIds: videos });
          expect([viewerId, seen.liked]).toEqual([viewerId, videos.filter((id) => own.has(id))]);
        }
      };
      await Promise.all(viewers.slice(0, 20).map(actAndLook));
    } finally {
      await process.close();
    }
  });

  it('pages the feed through its index and on from MySQL', async () => {
    class SmallIndex extends FeedIndex {
      protected override readonly size = 3;
    }
    for (const node of client.nodes('master')) await node.del('feed:{chrono}', 'feed:{chrono}:meta').catch(() => undefined);
    const feed = new SmallIndex(model.redis, model.feedRows);
    const walked: number[] = [];
    for (let before = 0; ;) {
      const page = await feed.page(before, 2);
      walked.push(...page.map((item) => item.videoId));
      if (page.length < 2) break;
      before = page.at(-1)?.feedTime ?? 0;
    }
    expect(walked).toEqual([...videos].reverse());
  });
});
