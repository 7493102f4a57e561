import { RelationKind, hasBit, packIds, unpackIds, type FollowFlagsQuestion } from '@doul/contracts';
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

describe('flags of many viewers', () => {
  const ask = (viewerId: number, userIds: number[]) => ({ viewerId, ids: packIds(userIds) });
  const answersTo = async (questions: FollowFlagsQuestion[]) => {
    const { answers, failures } = await friend.rpc.getFollowFlags({ questions });
    expect(failures).toEqual([]);
    return answers.map(({ bits }, at) => unpackIds((questions[at] as FollowFlagsQuestion).ids).filter((_, place) => hasBit(bits, place)));
  };

  it('come in one round trip, each viewer their own, cold ones among warm ones', async () => {
    await follow(alice, bob);
    await follow(alice, carol);
    await follow(bob, alice);
    await follow(dave, carol);
    const questions = [ask(alice, [bob, carol, dave]), ask(0, [alice, bob]), ask(bob, [alice, carol]), ask(alice, []), ask(carol, [dave])];
    const wanted = [[bob, carol], [], [alice], [], []];
    await friend.counters.projector.projectDirty();
    await following(alice, [bob]);
    expect(await answersTo(questions)).toEqual(wanted);
    expect(await cost(() => answersTo(questions))).toMatchObject({ sql: 0, redis: 1 });
    await unfollow(alice, carol);
    expect(await answersTo([...questions, ask(dave, [carol, carol])])).toEqual([[bob], ...wanted.slice(1), [carol, carol]]);
  });

  it('fail alone', async () => {
    await follow(alice, bob);
    const many = Array.from({ length: 1_001 }, (_, at) => at + 1);
    const questions = [ask(alice, [bob]), { viewerId: alice, ids: new Uint8Array(9) }, ask(alice, many), ask(alice, [carol, bob])];
    const { answers, failures } = await friend.rpc.getFollowFlags({ questions });
    expect(failures.map(({ at }) => at)).toEqual([1, 2]);
    expect(answers.map(({ bits }) => [...bits])).toEqual([[1], [], [], [2]]);
    await expect(friend.rpc.ask.getFollowFlags({ viewerId: alice, ids: new Uint8Array(9) })).rejects.toMatchObject({
      name: 'INVALID_PARAMETER',
    });
  });

  it('can be had as whole sets, unless those are too large', async () => {
    await follow(alice, bob);
    await follow(alice, carol);
    await follow(bob, alice);
    await friend.counters.projector.projectDirty();
    const setsOf = async (viewerIds: number[], limit: number) =>
      (await friend.rpc.getFollowedSets({ viewerIds, limit })).sets
        .toSorted((a, b) => a.viewerId - b.viewerId)
        .map(({ viewerId, userIds, tooMany }) => [viewerId, tooMany ? 'too many' : unpackIds(userIds).toSorted((a, b) => a - b)]);
    const sets = [
      [alice, [bob, carol]],
      [bob, [alice]],
      [dave, []],
    ];
    expect(await setsOf([alice, bob, dave], 2)).toEqual(sets);
    expect(await cost(() => setsOf([alice, bob, dave], 2))).toMatchObject({ sql: 0, redis: 2 });
    expect(await setsOf([alice, bob], 1)).toEqual([[alice, 'too many'], sets[1]]);
    await fixture.flush();
    expect(await setsOf([bob, alice], 1)).toEqual([[alice, 'too many'], sets[1]]);
    const crowd = Array.from({ length: 65 }, (_, at) => FIRST_ID + at);
    await expect(friend.rpc.getFollowedSets({ viewerIds: crowd, limit: 1 })).rejects.toMatchObject({ name: 'INVALID_PARAMETER' });
  });

  it('are right of thousands of interleaved viewers who change their minds', async () => {
    const users = Array.from({ length: 24 }, (_, at) => FIRST_ID + at);
    const other = fixture.newInstance();
    const graph = new Map(users.map((user) => [user, new Set<number>()]));
    const step = async (at: number): Promise<void> => {
      const viewer = users[at % users.length] as number;
      const own = graph.get(viewer) as Set<number>;
      for (let round = 0; round < 12; round += 1) {
        const to = users[(at + 1 + round * 5) % users.length] as number;
        if (to !== viewer) {
          const toFollow = !own.has(to);
          await friend.rpc.setFollow({ userId: viewer, toUserId: to, follow: toFollow });
          if (toFollow) own.add(to);
          else own.delete(to);
        }
        const rpc = round % 2 ? friend.rpc : other.rpc;
        const asked = users.filter((_, place) => (place + round) % 3 !== 0);
        const { bits } = await rpc.ask.getFollowFlags(ask(viewer, asked));
        expect(asked.filter((_, place) => hasBit(bits, place))).toEqual(asked.filter((id) => own.has(id)));
      }
    };
    await Promise.all(users.map((_, at) => step(at)));
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
    const questions = [
      { viewerId: alice, ids: packIds([carol, bob]) },
      { viewerId: bob, ids: packIds([alice]) },
    ];
    const { answers, failures } = await cut.rpc.getFollowFlags({ questions });
    expect([answers.map(({ bits }) => [...bits]), failures]).toEqual([[[2], [0]], []]);
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
