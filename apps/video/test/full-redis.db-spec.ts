import { dataConfig } from '@doul/data';
import { redisServer, type RedisServer } from '@doul/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cardKey } from '../video.keys.js';
import { modelFixture, type ModelFixture } from './model-fixture.js';

const MAX_MEMORY = '8mb';
const viewers = Array.from({ length: 50 }, (_, at) => 100 + at);

let server: RedisServer;
let client: Redis;
let model: ModelFixture;
const videos: number[] = [];

/** As the launcher sets up every Redis. */
async function usualPolicy(): Promise<string> {
  const usual = new Redis(dataConfig().REDIS_URL);
  const answer = (await usual.config('GET', 'maxmemory-policy')) as string[];
  await usual.quit();
  return answer[1] ?? '';
}

beforeAll(async () => {
  server = await redisServer({ maxmemory: MAX_MEMORY, 'maxmemory-policy': await usualPolicy() });
  client = new Redis(server.url);
  model = await modelFixture(client);
  for (let at = 0; at < 5; at += 1) videos.push(await model.publish(9_300));
}, 60_000);
afterAll(async () => {
  await model.close();
  await server.stop();
});

const evicted = async (): Promise<number> => Number(/^evicted_keys:(\d+)/m.exec(await server.ask('info', 'stats'))?.[1]);

/** Copies of a thousand videos that nobody asks for again. */
async function copiesCome(from: number): Promise<void> {
  const pipeline = client.pipeline();
  for (let id = from; id < from + 1_000; id += 1) pipeline.set(cardKey({ id }), 'x'.repeat(1_000), 'EX', cardKey.ttlSeconds ?? 0);
  for (const [error] of (await pipeline.exec()) ?? []) expect(error).toBeNull();
}

describe('a Redis that is full', () => {
  it('takes every like, counts it and loses none, while copies make room for each other', async () => {
    const liked = new Map<number, number[]>(viewers.map((viewerId) => [viewerId, []]));
    for (let round = 0; round < 20; round += 1) {
      await copiesCome(1_000_000 + 1_000 * round);
      const videoId = videos[round % videos.length] ?? 0;
      const asked = viewers.filter((viewerId) => (viewerId + round) % 3 === 0);
      const isNew = (viewerId: number): boolean => !liked.get(viewerId)?.includes(videoId);
      const outcomes = await model.likes.set(asked.map((viewerId) => ({ viewerId, videoId, liked: true })));
      expect(outcomes).toEqual(asked.map((viewerId) => (isNew(viewerId) ? 'changed' : 'unchanged')));
      for (const viewerId of asked.filter(isNew)) liked.get(viewerId)?.push(videoId);
    }
    expect(await evicted()).toBeGreaterThan(10_000);
    const inOrder = (ids: readonly number[] = []): number[] => videos.filter((id) => ids.includes(id));
    for (const viewerId of viewers) expect(await model.liked(viewerId, videos)).toEqual(inOrder(liked.get(viewerId)));
    await model.drainAll();
    const counts = await model.videoCounters.getMany(videos);
    for (const id of videos) expect(counts.get(id)?.favorite_count).toBe([...liked.values()].filter((own) => own.includes(id)).length);
    expect(await model.differences(20)).toEqual([]);
  });
});
