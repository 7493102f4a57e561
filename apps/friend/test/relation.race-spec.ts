import { RelationKind } from '@doul/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MAX_FOLLOWING } from '../model/relation.js';
import { FIRST_ID, friendFixture, type FriendFixture, type FriendInstance } from './friend-fixture.js';

let fixture: FriendFixture;
let instances: FriendInstance[];
const user = (at: number): number => FIRST_ID + at;
const pick = (at: number): FriendInstance => instances[at % instances.length] as FriendInstance;
const set = (at: number, userId: number, toUserId: number, follow: boolean) => pick(at).rpc.setFollow({ userId, toUserId, follow });

async function settle(): Promise<string[]> {
  await pick(0).counters.projector.projectDirty();
  return (await pick(1).rpc.reconcileRelations({ afterId: 0, limit: 0 })).differences;
}

const counters = async (id: number) => (await pick(0).counters.getMany([id])).get(id);

beforeAll(async () => {
  fixture = await friendFixture();
});
afterAll(() => fixture.close());
beforeEach(async () => {
  for (const table of ['follows', 'user_counters', 'outbox']) await fixture.db.execute(`DELETE FROM ${table}`);
  await fixture.flush();
  instances = [fixture.newInstance(), fixture.newInstance(), fixture.newInstance()];
});

describe('races of follows', () => {
  it('a hundred users follow one at the same time, through several instances', async () => {
    await Promise.all(Array.from({ length: 100 }, (_, at) => set(at, user(at + 1), user(0), true)));
    expect(await settle()).toEqual([]);
    expect(await counters(user(0))).toMatchObject({ follower_count: 100, follow_count: 0 });
  });

  it('one user repeats one follow fifty times at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, (_, at) => set(at, user(1), user(2), true)));
    expect(answers.filter((answer) => answer.changed)).toHaveLength(1);
    expect(await counters(user(2))).toMatchObject({ follower_count: 1 });
    expect(await fixture.db.query('SELECT 1 FROM outbox')).toHaveLength(1);
    expect(await settle()).toEqual([]);
  });

  it('follow and unfollow alternate while the viewer looks', async () => {
    for (let at = 0; at < 60; at += 1) {
      const follow = at % 2 === 0;
      await set(at, user(1), user(2), follow);
      const seen = await pick(at + 1).rpc.getRelations({ viewerId: user(1), userIds: [user(2)] });
      expect(seen.following).toEqual(follow ? [user(2)] : []);
      if (at === 30) await fixture.flush();
      if (at % 7 === 0) await pick(at).counters.projector.projectDirty();
    }
    expect(await settle()).toEqual([]);
  });

  it('pairs follow each other at the same moment and are friends', async () => {
    const pairs = Array.from({ length: 30 }, (_, at) => [user(2 * at), user(2 * at + 1)] as const);
    await Promise.all(pairs.flatMap(([a, b], at) => [set(at, a, b, true), set(at + 1, b, a, true)]));
    for (const [a, b] of pairs) {
      const page = await pick(0).rpc.listRelations({ kind: RelationKind.FRIEND, userId: a, cursor: '', limit: 0 });
      expect(page.userIds).toEqual([b]);
    }
    expect(await settle()).toEqual([]);
  });

  it('a crowd follows and unfollows at random under readers, projectors and flushes', async () => {
    const loops = instances.map((instance) => instance.counters.startProjector());
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    const actor = async (at: number): Promise<void> => {
      for (let step = 0; step < 25; step += 1) {
        const [a, b] = [user(random(12)), user(random(12))];
        if (a !== b) await set(at + step, a, b, random(3) > 0);
        await pick(step).rpc.getRelations({ viewerId: a, userIds: [b, user(0)] });
        if (at === 0 && step % 10 === 5) await fixture.flush();
      }
    };
    await Promise.all(Array.from({ length: 12 }, (_, at) => actor(at)));
    for (const loop of loops) await loop.stop();
    expect(await settle()).toEqual([]);
  });

  it('a process dies between commit and cache: the next readers see the change', async () => {
    const viewer = user(1);
    await pick(0).rpc.getRelations({ viewerId: viewer, userIds: [user(2)] });
    // The transaction of a follow, without what comes after its commit.
    const dying = fixture.newInstance();
    dying.cache.apply = () => Promise.reject(new Error('killed'));
    await dying.rpc.setFollow({ userId: viewer, toUserId: user(2), follow: true });
    await pick(1).counters.projector.projectDirty();
    expect((await pick(0).rpc.getRelations({ viewerId: viewer, userIds: [user(2)] })).following).toEqual([user(2)]);
    expect(await settle()).toEqual([]);
  });

  it('nobody gets past the limit', async () => {
    await fixture.db.insert('user_counters', [{ id: user(0), follow_count: MAX_FOLLOWING - 3, version: 1 }]);
    const results = await Promise.allSettled(Array.from({ length: 10 }, (_, at) => set(at, user(0), user(at + 1), true)));
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(3);
    expect(await fixture.db.query('SELECT 1 FROM follows')).toHaveLength(3);
  });
});
