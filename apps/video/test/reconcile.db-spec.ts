import { afterAll, beforeAll, expect, it } from 'vitest';
import { modelFixture, type ModelFixture } from './model-fixture.js';

let model: ModelFixture;
const videos: number[] = [];

beforeAll(async () => {
  model = await modelFixture();
  await model.feed.page(0, 1);
  for (let at = 0; at < 9; at += 1) videos.push(await model.publish(700 + at));
  await model.likes.set(Array.from({ length: 40 }, (_, at) => ({ viewerId: 20 + (at % 13), videoId: videos[at % 9] ?? 0, liked: true })));
  await model.drainAll();
});
afterAll(() => model.close());

it('finds nothing in a store that is right, however small its pages', async () => {
  expect(await model.differences()).toEqual([]);
  expect(await model.differences(1)).toEqual([]);
});

it('finds each kind of drift, and nothing else', async () => {
  const [first = 0, second = 0] = videos;
  await model.database.execute('UPDATE video_counters SET favorite_count = favorite_count + 1 WHERE id = ?', [first]);
  await model.redis.client.set(`video:user-counters:700`, '99:1:1:7');
  await model.redis.client.zrem(model.store.membershipKey(20), String(first));
  await model.redis.client.zadd(model.store.membershipKey(999), 0, '.', 5, '1');
  await model.redis.client.zrem('feed:{chrono}', `${second}:701`);
  await model.redis.client.zadd('feed:{chrono}', Date.now() - 5, '12345:1');
  const found = (await model.differences(3)).join('\n');
  expect(found).toContain(`video ${first}: favorite_count`);
  expect(found).toContain('user 700: favorite_count is 0 in MySQL and 7 in Redis');
  expect(found).toContain(`like of video ${first} by user 20: none in Redis`);
  expect(found).toContain('like of video 1 by user 999: 5 in Redis, none in MySQL');
  expect(found).toContain(`video ${second}: published, but not in the feed's index`);
  expect(found).toContain("video 12345: in the feed's index, but not published");
}, 60_000);
