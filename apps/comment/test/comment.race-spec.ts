import { nanoid } from 'nanoid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OWNER, commentFixture } from './comment-fixture.js';

let system: Awaited<ReturnType<typeof commentFixture>>;
beforeAll(async () => {
  system = await commentFixture();
});
afterAll(() => system.close());

const counted = async (video: number): Promise<number | undefined> => {
  await system.counters.projector.projectDirty();
  return (await system.counters.getMany([video])).get(video)?.comment_count;
};

describe('comments under concurrency', () => {
  it('count 100 authors at once, each request once although each is sent three times', async () => {
    const video = system.video(0);
    const requests = Array.from({ length: 100 }, (_, at) => ({ user: at + 1, key: nanoid() }));
    const posted = await Promise.all(
      [...requests, ...requests, ...requests].map(({ user, key }) => system.service.post(user, video, `from ${user}`, key)),
    );
    expect(new Set(posted.map((comment) => comment.id)).size).toBe(100);
    expect((await system.service.list(video, 0, '', 0)).rows).toHaveLength(100);
    expect(await counted(video)).toBe(100);
    expect((await system.events()).filter((type) => type === 'comment.posted')).toHaveLength(100);
  });

  it('count right while posts, deletions by two sides, reviews and the removal of the video race', async () => {
    const video = system.video(1);
    const held = await Promise.all(Array.from({ length: 20 }, (_, at) => system.service.post(at + 1, video, 'badreview', nanoid())));
    const shown = await Promise.all(Array.from({ length: 60 }, (_, at) => system.service.post(at + 1, video, 'text', nanoid())));
    await Promise.all([
      ...shown
        .slice(0, 40)
        .flatMap((comment) => [system.service.remove(comment.userId, video, comment.id), system.service.remove(OWNER, video, comment.id)]),
      ...held.flatMap((comment, at) => [
        system.reviews.resolve(comment.id, at % 2 === 0),
        system.reviews.resolve(comment.id, at % 2 === 0),
      ]),
      ...Array.from({ length: 30 }, (_, at) => system.service.post(at + 1, video, 'more', nanoid())),
    ]);
    const { rows } = await system.service.list(video, 0, '', 0);
    expect(rows).toHaveLength(20 + 10 + 30);
    expect(await counted(video)).toBe(60);
    await Promise.all([
      ...rows.slice(0, 30).map((comment) => system.service.remove(comment.userId, video, comment.id)),
      system.removed.purge({ videoId: video, authorId: OWNER, version: 2 }),
      system.removed.purge({ videoId: video, authorId: OWNER, version: 2 }),
    ]);
    expect(await counted(video)).toBe(0);
    expect((await system.reconcile.page(0, 0)).differences).toEqual([]);
  });
});
