import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type Bulk } from './bulk.js';
import { writeCounters } from './counters.js';
import { writeUsers } from './people.js';
import type { Range } from './ranges.js';
import { writeComments, writeFollows, writeLikes } from './reactions.js';
import { writeVideos } from './videos.js';

export interface Size {
  users: number;
  videos: number;
  /** Whether the search index is built too; that takes longest. */
  index: boolean;
}

/** The account that is written last: the data set is complete. */
const READY = 'ready_bench';

async function step<T>(what: string, work: () => Promise<T>): Promise<T> {
  const start = Date.now();
  const result = await work();
  console.log(`  ${what.padEnd(28)} ${((Date.now() - start) / 1_000).toFixed(1)} s`);
  return result;
}

/** A busy machine may make the engine miss its time limit; the next try starts afresh. */
const INDEX_TRIES = 3;

function reindex(): Promise<void> {
  const ops = join(import.meta.dirname, '../../ops/main.js');
  for (let tries = 0; tries < INDEX_TRIES; tries += 1) {
    const { status } = spawnSync(process.execPath, [ops, 'reindex'], { stdio: ['ignore', 'ignore', 'inherit'] });
    if (status === 0) return Promise.resolve();
  }
  return Promise.reject(new Error('the search index could not be built; --no-index leaves it out'));
}

async function findRange(bulk: Bulk, table: string, where: string): Promise<Range> {
  const first = await bulk.number(`SELECT COALESCE(MIN(id), 0) FROM ${table} WHERE ${where}`);
  return { first, count: await bulk.number(`SELECT COUNT(*) FROM ${table} WHERE ${where}`) };
}

export interface Seeded {
  users: Range;
  videos: Range;
}

/** Fills the system on first use; later runs find it filled. A run that was cut short left whole sets of rows or none. */
export async function seed(bulk: Bulk, size: Size): Promise<Seeded> {
  let users = await findRange(bulk, 'doul_user.accounts', "username LIKE 'bench\\_%'");
  let videos = await findRange(bulk, 'doul_video.videos', "object_key LIKE 'bench/%'");
  const ready = await bulk.number(`SELECT COUNT(*) FROM doul_user.accounts WHERE username = '${READY}'`);
  if (ready > 0) return { users, videos };
  console.log(`writing ${size.users.toLocaleString('en')} users and ${size.videos.toLocaleString('en')} videos`);
  const start = Date.now();
  if (users.count < size.users) users = await step('users', () => writeUsers(bulk, size.users));
  if (videos.count < size.videos) videos = await step('videos', () => writeVideos(bulk, users, size.videos));
  await step('likes', () => writeLikes(bulk, users, videos));
  await step('comments', () => writeComments(bulk, users, videos));
  await step('follows', () => writeFollows(bulk, users));
  await step('counters', () => writeCounters(bulk, users, videos));
  if (size.index) await step('search index', reindex);
  await writeUsers(bulk, 1, () => READY);
  console.log(`  all ${((Date.now() - start) / 1_000).toFixed(0)} s\n`);
  return { users, videos };
}
