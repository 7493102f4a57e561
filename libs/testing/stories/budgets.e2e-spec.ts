import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { newUsers, send, type Actor, type VideoObject } from '../index.js';

/**
 * What one request costs in RPC, SQL and Redis calls, warm. Only where every layer is in one process are all calls of a request
 * counted in one place. A change of these numbers belongs into the review of the change that caused it.
 */
describe.runIf(process.env['DOUL_SHAPE'] === 'all-in-one')('budgets', () => {
  let alice: Actor;
  let bob: Actor;
  let video: VideoObject;
  beforeAll(async () => {
    [alice, bob] = (await newUsers('alice', 'bob')) as [Actor, Actor];
    for (let at = 0; at < 3; at += 1) video = await alice.publishes(`budget ${at}`, { seconds: 1, width: 128, height: 128 });
    await bob.likes(video);
    await bob.follows(alice);
    await alice.follows(bob);
    await bob.comments(video, 'first');
    await bob.tells(alice, 'hello');
  }, 120_000);

  async function costOf(method: 'GET' | 'POST', path: string, query: Record<string, unknown>, token?: string): Promise<string> {
    const costs: string[] = [];
    // The first fills caches; a refresh of cards that falls into a later one would be counted, so the cheapest of a few counts.
    for (let tries = 0; tries < 5; tries += 1) {
      const response = await send(method, path, { query, ...(token === undefined ? {} : { token }) });
      await response.arrayBuffer();
      const { rpc, sql, redis } = JSON.parse(response.headers.get('x-doul-calls') ?? '{}') as Record<string, number>;
      costs.push(`rpc ${rpc ?? '?'}, sql ${sql ?? '?'}, redis ${redis ?? '?'}`);
      await sleep(20);
    }
    return costs.sort()[0] ?? '';
  }

  it('of what is read', async () => {
    const costs = {
      'feed, anonymous': await costOf('GET', '/douyin/feed/', {}),
      'feed, logged in': await costOf('GET', '/douyin/feed/', {}, bob.token),
      user: await costOf('GET', '/douyin/user/', { user_id: alice.id }, bob.token),
      'publish list': await costOf('GET', '/douyin/publish/list/', { user_id: alice.id }, bob.token),
      'favorite list': await costOf('GET', '/douyin/favorite/list/', { user_id: bob.id }, bob.token),
      'comment list': await costOf('GET', '/douyin/comment/list/', { video_id: video.id }, bob.token),
      'follow list': await costOf('GET', '/douyin/relation/follow/list/', { user_id: bob.id }, bob.token),
      'follower list': await costOf('GET', '/douyin/relation/follower/list/', { user_id: alice.id }, bob.token),
      'friend list': await costOf('GET', '/douyin/relation/friend/list/', { user_id: bob.id }, bob.token),
      'message chat': await costOf('GET', '/douyin/message/chat/', { to_user_id: alice.id }, bob.token),
      'search video': await costOf('GET', '/douyin/search/video/', { keyword: 'budget' }, bob.token),
      'search user': await costOf('GET', '/douyin/search/user/', { keyword: alice.name }, bob.token),
    };
    expect(costs).toMatchSnapshot();
  });

  it('of what is written', async () => {
    const costs = {
      like: await costOf('POST', '/douyin/favorite/action/', { video_id: video.id, action_type: 1 }, bob.token),
      comment: await costOf('POST', '/douyin/comment/action/', { video_id: video.id, action_type: 1, comment_text: 'again' }, bob.token),
      follow: await costOf('POST', '/douyin/relation/action/', { to_user_id: alice.id, action_type: 1 }, bob.token),
      message: await costOf('POST', '/douyin/message/action/', { to_user_id: alice.id, action_type: 1, content: 'again' }, bob.token),
    };
    expect(costs).toMatchSnapshot();
  });

  it('does not grow with the length of a list', async () => {
    const one = await costOf('GET', '/douyin/publish/list/', { user_id: alice.id, count: 1 }, bob.token);
    const all = await costOf('GET', '/douyin/publish/list/', { user_id: alice.id, count: 3 }, bob.token);
    expect(all).toBe(one);
  });
});
