import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LikeOutcome } from '../model/likes.js';
import { modelFixture, type ModelFixture, type ModelProcess } from './model-fixture.js';

let model: ModelFixture;
const AUTHOR = 9_001;

beforeAll(async () => {
  model = await modelFixture();
});
afterAll(() => model.close());

const like = (process: ModelProcess, viewerId: number, videoId: number, liked = true): Promise<LikeOutcome[]> =>
  process.likes.set([{ viewerId, videoId, liked }]);

/** Every count and membership that is stored or shown must be the number of rows. */
async function expectConsistent(videoIds: number[], viewerIds: number[]): Promise<void> {
  await model.drainAll();
  const rows = await model.database.query<{ viewer: number; video: number }>('SELECT viewer_id AS viewer, video_id AS video FROM likes');
  const shown = await model.videoCounters.getMany(videoIds);
  for (const id of videoIds) expect(shown.get(id)?.favorite_count).toBe(rows.filter((row) => row.video === id).length);
  const flags = await Promise.all(viewerIds.map((viewerId) => model.liked(viewerId, videoIds)));
  viewerIds.forEach((viewerId, at) => {
    const own = rows.filter((row) => row.viewer === viewerId && videoIds.includes(row.video)).map((row) => row.video);
    expect([...(flags[at] ?? [])].sort()).toEqual(own.sort());
  });
  const users = await model.userCounters.getMany([AUTHOR, ...viewerIds]);
  for (const viewerId of viewerIds) expect(users.get(viewerId)?.favorite_count).toBe(rows.filter((row) => row.viewer === viewerId).length);
  const stored = await model.videoCounters.stored(model.database, videoIds);
  for (const id of videoIds) expect(stored.get(id)?.values.favorite_count).toBe(shown.get(id)?.favorite_count);
}

describe('likes under concurrency', () => {
  let video: number;
  beforeEach(async () => {
    video = await model.publish(AUTHOR);
  });

  it('counts a hundred users once each, through two processes', async () => {
    const other = model.another();
    const viewers = Array.from({ length: 100 }, (_, at) => 100 + at);
    const outcomes = await Promise.all(viewers.map((viewer) => like(viewer % 2 ? model : other, viewer, video)));
    expect(outcomes.flat().every((outcome) => outcome === 'changed')).toBe(true);
    await expectConsistent([video], viewers);
    expect((await model.videoCounters.getMany([video])).get(video)?.favorite_count).toBe(100);
  });

  it('counts one user who likes fifty times at once as one', async () => {
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => like(model, 7, video)));
    expect(outcomes.flat().filter((outcome) => outcome === 'changed')).toHaveLength(1);
    expect(outcomes.flat().filter((outcome) => outcome === 'unchanged')).toHaveLength(49);
    await expectConsistent([video], [7]);
  });

  it('never goes negative under alternating likes and unlikes, while two sinks work', async () => {
    const other = model.another();
    let done = false;
    const drainers = [model, other].map(async (process) => {
      while (!done) await process.sink.step(process.shards);
    });
    let lowest = 0;
    const watcher = (async () => {
      while (!done) {
        const row = await model.database.one<{ n: number }>('SELECT MIN(favorite_count) AS n FROM video_counters');
        lowest = Math.min(lowest, row?.n ?? 0);
      }
    })();
    const viewers = Array.from({ length: 20 }, (_, at) => 300 + at);
    await Promise.all(
      viewers.map(async (viewer) => {
        for (let turn = 0; turn < 25; turn += 1) await like(viewer % 2 ? model : other, viewer, video, turn % 2 === 0);
      }),
    );
    done = true;
    await Promise.all([...drainers, watcher]);
    expect(lowest).toBe(0);
    await expectConsistent([video], viewers);
    expect((await model.videoCounters.getMany([video])).get(video)?.favorite_count).toBe(20);
  });

  it('applies a batch of many viewers and answers in order', async () => {
    const batch = Array.from({ length: 64 }, (_, at) => ({ viewerId: 500 + (at % 10), videoId: video, liked: at < 30 || at % 10 === 3 }));
    const outcomes = await model.likes.set(batch);
    expect(outcomes.slice(0, 10).every((outcome) => outcome === 'changed')).toBe(true);
    expect(outcomes.slice(10, 30).every((outcome) => outcome === 'unchanged')).toBe(true);
    await expectConsistent([video], [500, 501, 502, 503, 504, 505, 506, 507, 508, 509]);
    expect((await model.videoCounters.getMany([video])).get(video)?.favorite_count).toBe(1);
  });

  it('gives each like of a viewer a later time, so that the list pages exactly', async () => {
    const videos: number[] = [];
    for (let at = 0; at < 12; at += 1) videos.push(await model.publish(AUTHOR));
    await model.likes.set(videos.map((videoId) => ({ viewerId: 42, videoId, liked: true })));
    const walked: number[] = [];
    for (let before = Infinity; ;) {
      const page = await model.likes.latest(42, before, 5);
      if (page.length === 0) break;
      walked.push(...page.map((item) => item.videoId));
      before = page.at(-1)?.likedAt ?? 0;
    }
    expect(walked).toEqual([...videos].reverse());
    const [all, none, unknown] = await model.likes.latestOfMany([
      { viewerId: 42, before: Infinity, limit: 20 },
      { viewerId: 42, before: 1, limit: 20 },
      { viewerId: 43, before: Infinity, limit: 20 },
    ]);
    expect(all?.map((item) => item.videoId)).toEqual(walked);
    expect([none, unknown]).toEqual([[], undefined]);
  });
});
