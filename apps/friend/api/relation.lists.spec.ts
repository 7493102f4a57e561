import { RelationKind, type Profile } from '@doul/contracts';
import type { Call } from '@doul/http';
import { describe, expect, it } from 'vitest';
import { RelationLists } from './relation.lists.js';

const VIEWER = 1;
const call = { viewerId: VIEWER } as unknown as Call;

const profile = (id: number): Profile => ({
  id,
  username: `user${id}`,
  name: `用户${id}`,
  signature: '',
  avatar: 'a',
  backgroundImage: 'b',
  followCount: 1,
  followerCount: 2,
  isFollow: true,
  totalFavorited: 3,
  workCount: 4,
  favoriteCount: 5,
});

/** The lists over services that answer from constants; `calls` remembers what was asked. */
function newLists(userIds: number[], nextCursor = '') {
  const calls: string[] = [];
  const answer = <T>(name: string, value: T): Promise<T> => {
    calls.push(name);
    return Promise.resolve(value);
  };
  const message = (fromUserId: number, toUserId: number) => ({ id: 1, fromUserId, toUserId, content: '你好', createTimeMs: 5 });
  const lists = new RelationLists(
    { listRelations: () => answer('listRelations', { userIds, nextCursor }) } as unknown as ConstructorParameters<typeof RelationLists>[0],
    // In another order, and without 13, who does not exist any more.
    {
      getProfiles: ({ ids }: { ids: number[] }) =>
        answer('getProfiles', {
          profiles: [...ids]
            .reverse()
            .filter((id) => id !== 13)
            .map(profile),
        }),
    } as unknown as ConstructorParameters<typeof RelationLists>[1],
    {
      getLatest: () =>
        answer('getLatest', {
          latest: [
            { peerId: 2, message: message(2, VIEWER) },
            { peerId: 3, message: message(VIEWER, 3) },
          ],
        }),
    } as unknown as ConstructorParameters<typeof RelationLists>[2],
  );
  return { lists, calls };
}

describe('lists of users', () => {
  it('keep the order of the follows, and cost one call for the ids and one for all profiles', async () => {
    const { lists, calls } = newLists([3, 13, 2]);
    const answer = await lists.users(RelationKind.FOLLOWING, { user_id: 7 }, call);
    expect(answer.user_list.map((user) => user.id)).toEqual([3, 2]);
    expect(answer).not.toHaveProperty('next_cursor');
    expect(calls).toEqual(['listRelations', 'getProfiles']);
  });

  it('say where the next page starts when paging was asked for', async () => {
    expect(await newLists([3], 'x.y').lists.users(RelationKind.FOLLOWER, { user_id: 7, count: 1 }, call)).toMatchObject({
      next_cursor: 'x.y',
      has_more: true,
    });
    expect(await newLists([]).lists.users(RelationKind.FOLLOWER, { user_id: 7, cursor: 'x.y' }, call)).toEqual({
      user_list: [],
      next_cursor: '',
      has_more: false,
    });
  });

  it('show who said the latest line, only to its owner', async () => {
    const own = newLists([2, 3, 4]);
    const friends = (await own.lists.friends({ user_id: VIEWER }, call)).user_list;
    expect(friends.map(({ message, msgType }) => [message, msgType])).toEqual([
      ['你好', 0],
      ['你好', 1],
      ['', 0],
    ]);
    expect(own.calls.sort()).toEqual(['getLatest', 'getProfiles', 'listRelations']);
    const other = newLists([2, 3]);
    expect((await other.lists.friends({ user_id: 7 }, call)).user_list.map(({ message, msgType }) => [message, msgType])).toEqual([
      ['', 0],
      ['', 0],
    ]);
    expect(other.calls).not.toContain('getLatest');
  });
});
