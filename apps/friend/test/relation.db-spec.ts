import { RelationKind } from '@doul/contracts';
import { newRedis } from '@doul/data';
import { newContext, runInContext, type RequestContext } from '@doul/runtime';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MAX_FOLLOWING } from '../model/relation.js';
import { FIRST_ID, NOBODY, friendFixture, type FriendFixture, type FriendInstance } from './friend-fixture.js';

let fixture: FriendFixture;
let friend: FriendInstance;
const [alice, bob, carol, dave] = [FIRST_ID, FIRST_ID + 1, FIRST_ID + 2, FIRST_ID + 3] as [number, number, number, number];

const follow = (userId: number, toUserId: number) => friend.rpc.setFollow({ userId, toUserId, follow: true });
const unfollow = (userId: number, toUserId: number) => friend.rpc.setFollow({ userId, toUserId, follow: false });
const following = async (viewerId: number, userIds: number[]) => (await friend.rpc.getRelations({ viewerId, userIds })).following;
const list = (kind: RelationKind, userId: number, cursor = '', limit = 0) => friend.rpc.listRelations({ kind, userId, cursor, limit });
const counts = async (id: number) => {
  await friend.counters.projector.projectDirty();
  const [counters] = (await friend.rpc.getFollowCounters({ userIds: [id] })).counters;
  return [counters?.followCount, counters?.followerCount];
};
const differences = async () => (await friend.rpc.reconcileRelations({ afterId: 0, limit: 0 })).differences;

/** What a call costs: statements and Redis round trips. */
async function cost(work: () => Promise<unknown>): Promise<RequestContext['calls']> {
  const context = newContext('cost');
  await runInContext(context, work);
  return context.calls;
}

beforeAll(async () => {
  fixture = await friendFixture();
});
afterAll(() => fixture.close());
beforeEach(async () => {
  for (const table of ['follows', 'user_counters', 'outbox']) await fixture.db.execute(`DELETE FROM ${table}`);
  await fixture.flush();
  friend = fixture.newInstance();
});

describe('following', () => {
  it('changes relation, counters, lists and outbox once, however often it is repeated', async () => {
    expect(await following(alice, [bob, carol])).toEqual([]);
    expect(await follow(alice, bob)).toEqual({ changed: true });
    expect(await follow(alice, bob)).toEqual({ changed: false });
    expect(await following(alice, [bob, carol])).toEqual([bob]);
    expect([await counts(alice), await counts(bob)]).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(await unfollow(alice, bob)).toEqual({ changed: true });
    expect(await unfollow(alice, bob)).toEqual({ changed: false });
    expect(await following(alice, [bob])).toEqual([]);
    expect([await counts(alice), await counts(bob)]).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect((await fixture.db.query<{ type: string }>('SELECT type FROM outbox ORDER BY id')).map((row) => row.type)).toEqual([
      'user.followed',
      'user.unfollowed',
    ]);
    expect(await differences()).toEqual([]);
  });

  it('refuses oneself and unknown users, also for unfollowing', async () => {
    await expect(follow(alice, alice)).rejects.toMatchObject({ code: 12_001 });
    await expect(unfollow(alice, alice)).rejects.toMatchObject({ code: 12_001 });
    await expect(follow(alice, NOBODY)).rejects.toMatchObject({ code: 12_002 });
    await expect(unfollow(alice, NOBODY)).rejects.toMatchObject({ code: 12_002 });
    await expect(list(RelationKind.FOLLOWER, NOBODY)).rejects.toMatchObject({ code: 12_002 });
    expect(await fixture.db.query('SELECT 1 FROM user_counters')).toEqual([]);
  });

  it('refuses more than the limit and changes nothing then', async () => {
    await fixture.db.insert('user_counters', [{ id: alice, follow_count: MAX_FOLLOWING, version: 1 }]);
    await expect(follow(alice, bob)).rejects.toMatchObject({ code: 12_003 });
    expect(await following(alice, [bob])).toEqual([]);
    expect(await fixture.db.one('SELECT follow_count FROM user_counters WHERE id = ?', [alice])).toEqual({ follow_count: MAX_FOLLOWING });
    expect(await fixture.db.query('SELECT 1 FROM outbox')).toEqual([]);
  });
});

describe('lists', () => {
  it('page through everybody once, latest first, also when many came in one millisecond', async () => {
    const others = Array.from({ length: 57 }, (_, at) => FIRST_ID + 10 + at);
    await fixture.db.insert(
      'follows',
      others.map((id, at) => ({ follower_id: id, followee_id: alice, followed_at: 1_000 + Math.floor(at / 20) })),
    );
    const seen: number[] = [];
    for (let cursor = '', pages = 0; pages === 0 || cursor !== ''; pages += 1) {
      const page = await list(RelationKind.FOLLOWER, alice, cursor, 10);
      seen.push(...page.userIds);
      cursor = page.nextCursor;
    }
    expect(seen).toEqual([...others].reverse());
    expect((await list(RelationKind.FOLLOWER, alice)).userIds).toHaveLength(57);
    await expect(list(RelationKind.FOLLOWER, alice, 'nonsense', 10)).rejects.toMatchObject({ code: 10_001 });
  });

  it('friends are those who follow each other', async () => {
    await follow(alice, bob);
    await follow(alice, carol);
    await follow(carol, alice);
    await follow(dave, alice);
    expect((await list(RelationKind.FRIEND, alice)).userIds).toEqual([carol]);
    expect((await list(RelationKind.FRIEND, carol)).userIds).toEqual([alice]);
    await unfollow(carol, alice);
    expect((await list(RelationKind.FRIEND, alice)).userIds).toEqual([]);
    expect((await list(RelationKind.FOLLOWING, alice)).userIds).toEqual([carol, bob]);
    expect(await differences()).toEqual([]);
  });
});

describe('changes', () => {
  it('name both users of a follow, once their new counters can be read', async () => {
    const { cursor, reset } = await friend.rpc.listRelationChanges({ cursor: '' });
    expect(reset).toBe(true);
    await follow(alice, bob);
    await friend.counters.projector.projectDirty();
    const answer = await friend.rpc.listRelationChanges({ cursor });
    expect(answer).toMatchObject({ userIds: [alice, bob], reset: false, more: false });
    expect(await friend.rpc.listRelationChanges({ cursor: answer.cursor })).toMatchObject({ userIds: [], reset: false });
  });
});

describe('cost', () => {
  it('is one Redis round trip and no SQL when warm', async () => {
    await follow(alice, bob);
    await counts(alice);
    await following(alice, [bob]);
    expect(await cost(() => following(alice, [bob, carol, dave]))).toEqual({ rpc: 0, sql: 0, redis: 1 });
    expect(await cost(() => friend.rpc.getFollowCounters({ userIds: [alice, bob] }))).toEqual({ rpc: 0, sql: 0, redis: 1 });
    await follow(alice, carol);
    await friend.counters.projector.projectDirty();
    expect(await cost(() => following(alice, [bob, carol, dave]))).toEqual({ rpc: 0, sql: 0, redis: 1 });
  });

  it('stays one query for a cold set of any size', async () => {
    const rows = Array.from({ length: 9_000 }, (_, at) => ({ follower_id: alice, followee_id: FIRST_ID + 1_000 + at, followed_at: at }));
    await fixture.db.insert('follows', rows);
    expect(await following(alice, [FIRST_ID + 1_000, FIRST_ID + 9_999, bob])).toEqual([FIRST_ID + 1_000, FIRST_ID + 9_999]);
    expect(await cost(() => following(alice, [FIRST_ID + 5_000, bob]))).toEqual({ rpc: 0, sql: 0, redis: 1 });
  });
});

describe('Redis', () => {
  it('may be emptied at any time', async () => {
    await follow(alice, bob);
    await following(alice, [bob]);
    await fixture.flush();
    expect(await following(alice, [bob, carol])).toEqual([bob]);
    expect(await counts(bob)).toEqual([0, 1]);
  });

  it('may be away: MySQL answers', async () => {
    await follow(alice, bob);
    const away = newRedis('away', { url: 'redis://127.0.0.1:1' });
    const cut = fixture.newInstance(away);
    expect(await cut.rpc.getRelations({ viewerId: alice, userIds: [bob, carol] })).toEqual({ following: [bob] });
    expect(await cut.rpc.setFollow({ userId: alice, toUserId: carol, follow: true })).toEqual({ changed: true });
    expect((await cut.rpc.getFollowCounters({ userIds: [alice] })).counters[0]?.followCount).toBe(2);
    away.disconnect();
  });
});

describe('reconcile', () => {
  it('names every kind of difference', async () => {
    await follow(alice, bob);
    await follow(bob, alice);
    await following(alice, [bob]);
    await friend.counters.projector.projectDirty();
    expect(await differences()).toEqual([]);
    await fixture.db.execute('DELETE FROM follows WHERE follower_id = ?', [alice]);
    await fixture.db.execute('UPDATE user_counters SET follower_count = 7 WHERE id = ?', [bob]);
    const found = (await differences()).join('\n');
    expect(found).toContain(`user ${alice}: follow_count 1, follows 0`);
    expect(found).toContain(`user ${bob}: follower_count 7, followers 0`);
    expect(found).toContain(`user ${bob}: 1 follows with a wrong mutual mark`);
    expect(found).toContain(`user ${bob}: Redis has`);
    expect(found).toContain(`user ${alice}: the following set in Redis has 1 members, MySQL 0`);
  });
});
