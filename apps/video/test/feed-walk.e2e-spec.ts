import { eventually, inParallel, newUser, newUsers, stranger, type Actor } from '@doul/testing';
import { createConnection, type Connection } from 'mysql2/promise';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishRows } from './published-rows.js';

const VIDEOS = 300;
const AT_ONE_TIME = 50;

describe('walking the feed', () => {
  let db: Connection;
  let author: Actor;
  let there: number[];
  beforeAll(async () => {
    db = await createConnection({ uri: process.env['MYSQL_URL'] ?? '' });
    author = await newUser('author');
    const now = Date.now();
    const times = Array.from({ length: VIDEOS }, (_, at) => (at < AT_ONE_TIME ? now : now + Math.floor(at / 3)));
    there = await publishRows(db, author.id, times);
    // The index in Redis follows the rows within a second.
    await sleep(1_500);
  });
  afterAll(async () => {
    await db.end();
    const left = await author.videosOf(author);
    await inParallel(left, 8, (video) => author.deletes(video));
  });

  async function walk(feed: (latest?: number) => Promise<{ videos: { id: number }[]; next: number }>): Promise<number[]> {
    const seen: number[] = [];
    let latest: number | undefined;
    for (let pages = 0; pages < 1_000; pages += 1) {
      const page = await feed(latest);
      if (page.videos.length === 0) return seen;
      seen.push(...page.videos.map((video) => video.id));
      latest = page.next;
    }
    throw new Error('the feed has no end');
  }

  it('shows each video that was there exactly once, although new ones arrive meanwhile', async () => {
    let walking = true;
    const arrivals = (async () => {
      for (let count = 0; walking && count < 200; count += 1) {
        await publishRows(db, author.id, [Date.now()]);
        await sleep(20);
      }
    })();
    const seen = await walk((latest) => stranger.feed(latest));
    walking = false;
    await arrivals;
    const ours = new Set(there);
    const met = seen.filter((id) => ours.has(id));
    expect(new Set(seen).size).toBe(seen.length);
    expect(met).toHaveLength(VIDEOS);
    expect(met).toEqual([...there].reverse());
  });

  it('goes on exactly where a page ended when many share one time', async () => {
    const [viewer] = await newUsers('viewer');
    const first = await (viewer as Actor).feed();
    const second = await (viewer as Actor).feed(first.next);
    const repeated = second.videos.filter((video) => first.videos.some((each) => each.id === video.id));
    expect(repeated).toEqual([]);
  });

  it('takes seconds for seconds, and the future or nonsense for now', async () => {
    // Uploads of other stories may be published in the middle of one comparison, but not of each.
    await eventually(async () => {
      const idsAt = async (latest?: number): Promise<number[]> => (await stranger.feed(latest)).videos.map((video) => video.id);
      const head = await idsAt();
      for (const latest of [0, Date.now() + 86_400_000, Math.floor(Date.now() / 1000) + 86_400]) expect(await idsAt(latest)).toEqual(head);
      const nonsense = await stranger.ask('GET', '/douyin/feed/', { query: { latest_time: 'yesterday' } });
      expect((nonsense['video_list'] as { id: number }[]).map((video) => video.id)).toEqual(head);
    });
    const longAgo = await stranger.feed(1_000_000_000);
    expect(longAgo.videos).toEqual([]);
  });
});
