import { inParallel, newUsers, type Actor } from '@doul/testing';
import { createConnection, type Connection } from 'mysql2/promise';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishRows } from './published-rows.js';

const VIEWERS = 24;
const AUTHORS = 4;
const VIDEOS = 28;
const LOOKS = 3_000;
/** Enough that questions of many viewers travel in each batch. */
const AT_ONCE = 48;

const someOf = <T>(all: readonly T[]): Set<T> => new Set(all.filter(() => Math.random() < 0.3));
const names = (name: string, count: number): string[] => Array.from({ length: count }, (_, at) => `${name}${at}`);

describe('flags of interleaved viewers', () => {
  let db: Connection;
  let authors: Actor[];
  let viewers: { actor: Actor; liked: Set<number>; followed: Set<number> }[];
  let videos: number[];

  beforeAll(async () => {
    db = await createConnection({ uri: process.env['MYSQL_URL'] ?? '' });
    authors = await newUsers(...names('author', AUTHORS));
    const times = Array.from({ length: VIDEOS / AUTHORS }, () => Date.now());
    videos = (await inParallel(authors, 1, (author) => publishRows(db, author.id, times))).flat();
    const people = await newUsers(...names('viewer', VIEWERS));
    viewers = people.map((actor) => ({ actor, liked: someOf(videos), followed: someOf(authors.map((author) => author.id)) }));
    await inParallel(viewers, 8, async ({ actor, liked, followed }) => {
      for (const id of liked) await actor.likes(id);
      for (const id of followed) await actor.follows(id);
    });
    // The index in Redis follows the rows within a second.
    await sleep(1_500);
  }, 120_000);
  afterAll(async () => {
    await db.end();
    for (const author of authors) await inParallel(await author.videosOf(author), 8, (video) => author.deletes(video));
  });

  it('are each viewer’s own, in thousands of looks that travel together', async () => {
    const looks = Array.from({ length: LOOKS }, () => viewers[Math.floor(Math.random() * VIEWERS)] as (typeof viewers)[number]);
    let seen = 0;
    await inParallel(looks, AT_ONCE, async ({ actor, liked, followed }) => {
      const page = (await actor.feed()).videos.filter((video) => videos.includes(video.id));
      seen += page.length;
      for (const video of page) {
        expect([video.id, video.is_favorite]).toEqual([video.id, liked.has(video.id)]);
        expect([video.author.id, video.author.is_follow]).toEqual([video.author.id, followed.has(video.author.id)]);
      }
    });
    expect(seen).toBeGreaterThan(LOOKS);
  }, 120_000);

  it('show a viewer at once what that viewer has just done, while all others look and do', async () => {
    await inParallel(viewers, AT_ONCE, async ({ actor, liked, followed }) => {
      for (let round = 0; round < 24; round += 1) {
        const id = videos[Math.floor(Math.random() * VIDEOS)] as number;
        const author = authors[Math.floor(Math.random() * AUTHORS)] as Actor;
        if (round % 2 === 0) await (liked.delete(id) ? actor.unlikes(id) : (liked.add(id), actor.likes(id)));
        else await (followed.delete(author.id) ? actor.unfollows(author) : (followed.add(author.id), actor.follows(author)));
        const page = (await actor.feed()).videos.filter((video) => videos.includes(video.id));
        expect(page.map((video) => [video.id, video.is_favorite, video.author.is_follow])).toEqual(
          page.map((video) => [video.id, liked.has(video.id), followed.has(video.author.id)]),
        );
      }
    });
  }, 120_000);
});
