import { newRedisClient } from '@doul/data';
import { redisCluster, type TestCluster } from '@doul/testing';
import type { Cluster } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FIRST_ID, friendFixture, type FriendFixture } from './friend-fixture.js';

let servers: TestCluster;
let client: Cluster;
let fixture: FriendFixture;

beforeAll(async () => {
  servers = await redisCluster();
  process.env['REDIS_URL'] = servers.url;
  client = newRedisClient('cluster-spec') as Cluster;
  fixture = await friendFixture(client);
}, 120_000);
afterAll(async () => {
  await fixture.close();
  await servers.stop();
});

it('keeps following sets and counters on a Redis Cluster of three nodes', async () => {
  const friend = fixture.newInstance();
  const ids = Array.from({ length: 12 }, (_, at) => FIRST_ID + at);
  const follow = (userId: number, toUserId: number, follow = true) => friend.rpc.setFollow({ userId, toUserId, follow });
  const following = async (viewerId: number): Promise<number[]> =>
    (await friend.rpc.getRelations({ viewerId, userIds: ids })).following.toSorted((a, b) => a - b);
  for (const id of ids) await follow(id, id === ids[0] ? (ids[1] ?? 0) : (ids[0] ?? 0));
  for (const id of ids.slice(1)) expect(await following(id)).toEqual([ids[0]]);
  await follow(ids[2] ?? 0, ids[3] ?? 0);
  await follow(ids[2] ?? 0, ids[0] ?? 0, false);
  expect(await following(ids[2] ?? 0)).toEqual([ids[3]]);
  await servers.each('script', 'flush');
  await client.nodes('master')[0]?.flushall();
  await follow(ids[4] ?? 0, ids[5] ?? 0);
  expect(await following(ids[4] ?? 0)).toEqual([ids[0], ids[5]]);
  await friend.counters.projector.projectDirty();
  expect((await friend.counters.getMany(ids)).get(ids[0] ?? 0)).toMatchObject({ follower_count: 10, follow_count: 1 });
  expect((await friend.rpc.reconcileRelations({ afterId: 0, limit: 0 })).differences).toEqual([]);
});
