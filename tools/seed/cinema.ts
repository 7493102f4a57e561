import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inParallel, type VideoObject } from '@doul/testing';
import { nanoid } from 'nanoid';
import { makeClip } from '../../libs/testing/clips.js';
import type { Film } from './films.js';
import type { Member } from './member.js';
import { quarters } from './progress.js';

/** Clips made at once: one for each core of a small machine. */
const WIDTH = 2;
/** How long nothing may move before the seed gives up, in ms. */
const PATIENCE_MS = 180_000;
const POLL_MS = 500;

/** Clips are kept for the next time: below the checkout where there is one. */
const folder = join(process.env['DOUL_CLIPS'] ?? (existsSync('.doul') ? '.doul' : tmpdir()), 'clips');

/** Own videos by title, of each who has films. */
async function shown(members: readonly Member[], films: readonly Film[]): Promise<Map<string, VideoObject>> {
  const authors = [...new Set(films.map((film) => film.author))];
  const lists = await inParallel(authors, 8, async (at) => (await members[at]?.videos()) ?? []);
  return new Map(lists.flat().map((video) => [video.title, video]));
}

/** Makes and uploads what is not there yet. */
export async function uploadFilms(members: readonly Member[], films: readonly Film[]): Promise<void> {
  const there = await shown(members, films);
  const report = quarters('videos uploaded', films.length);
  let done = 0;
  await inParallel(films, WIDTH, async (film, at) => {
    if (!there.has(film.title)) {
      const path = await makeClip(folder, film.look);
      // New in each run: the key of a video that was deleted since would only find the deleted one.
      await members[film.author]?.publishes(film.title, path, `seed-film-${at}-${nanoid()}`);
    }
    report((done += 1));
  });
}

const failure = (video: VideoObject): string => `"${video.title}" is ${video.state ?? 'gone'}: ${video.reason ?? ''}`;

/**
 * Waits until everybody can see every film.
 *
 * @returns the videos in the order of the films
 * @throws Error when one is refused, or when nothing moves for three minutes
 */
export async function awaitFilms(members: readonly Member[], films: readonly Film[]): Promise<VideoObject[]> {
  const report = quarters('videos published', films.length);
  const ready = new Map<string, VideoObject>();
  for (let moved = Date.now(); ready.size < films.length;) {
    const waiting = films.filter((film) => !ready.has(film.title));
    const before = ready.size;
    for (const [title, video] of await shown(members, waiting)) {
      if (video.state === 'rejected' || video.state === 'failed') throw new Error(failure(video));
      if (video.state === 'published') ready.set(title, video);
    }
    report(Math.min(ready.size, films.length));
    if (ready.size > before) moved = Date.now();
    if (Date.now() - moved > PATIENCE_MS) throw new Error(`${waiting.length} videos are not published: does the video worker run?`);
    if (ready.size < films.length) await sleep(POLL_MS);
  }
  return films.flatMap((film) => ready.get(film.title) ?? []);
}
