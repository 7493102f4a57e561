import { afterAll, beforeAll, expect, it } from 'vitest';
import { VideoChangeLog } from '../model/video-changes.js';
import { modelFixture, type ModelFixture } from './model-fixture.js';

let model: ModelFixture;
let changes: VideoChangeLog;

beforeAll(async () => {
  model = await modelFixture();
  changes = new VideoChangeLog(model.redis);
});
afterAll(() => model.close());

it('tells of publications, likes and removals, of videos and of their authors', async () => {
  let { cursor } = await changes.since('');
  const next = async () => {
    const answer = await changes.since(cursor);
    cursor = answer.cursor;
    return answer;
  };
  expect(await next()).toMatchObject({ videoIds: [], userIds: [], reset: false });

  const id = await model.publish(7);
  await model.drainAll();
  expect(await next()).toMatchObject({ videoIds: [id], userIds: [7], reset: false });

  await model.likes.set([{ viewerId: 8, videoId: id, liked: true }]);
  await model.drainAll();
  const liked = await next();
  expect(liked).toMatchObject({ videoIds: [id], reset: false });
  expect(liked.userIds.sort()).toEqual([7, 8]);
  expect((await model.videoCounters.copy.read([id])).get(id)?.values.favorite_count).toBe(1);

  await model.publications.remove(7, id);
  expect(await next()).toMatchObject({ videoIds: [id], userIds: [7] });
});

it('is reset as a whole when either half is lost', async () => {
  const { cursor } = await changes.since('');
  await model.redis.client.unlink('video:user-changes');
  const answer = await changes.since(cursor);
  expect(answer).toMatchObject({ reset: true });
  expect(await changes.since(answer.cursor)).toMatchObject({ reset: false });
  expect(await changes.since('nonsense/x/y')).toMatchObject({ reset: true });
});
