import { readFileSync } from 'node:fs';
import { clip } from '@doul/testing';
import type { DataSet } from '../data/dataset.js';
import type { Request } from '../load/request-file.js';
import type { Options, ScenarioName } from '../options.js';
import type { Bench } from '../scenarios/bench.js';
import { STREAMS, type StreamName } from '../scenarios/requests.js';
import { at, Dialect, readMapping, type Operation, type Values } from './mapping.js';

/** What is made on the other server through its API. */
const USERS = 200;
const VIDEOS = 40;
const COMMENTS_EACH = 12;
const COMMENTED = 20;
const LIKES_EACH = 30;
/** Pages of its feed that are read to know its videos. */
const PAGES = 20;
const PASSWORD = 'bench-password';
const AT_ONCE = 8;

type Ask = (name: Operation, values: Values, file?: Buffer) => Promise<unknown>;

async function send(url: string, { method, path, headers = {}, body }: Request): Promise<unknown> {
  const answer = await fetch(url + path, { method, headers, ...(body === undefined ? {} : { body: new Uint8Array(Buffer.from(body)) }) });
  return answer.json().catch(() => undefined);
}

/** Does some things, a few at once. */
async function each<T>(items: readonly T[], work: (item: T, at: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) await work(items[index] as T, index);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

type Viewer = DataSet['viewers'][number];

async function registered(ask: Ask, dialect: Dialect): Promise<{ viewers: Viewer[]; accounts: DataSet['accounts'] }> {
  const { answers } = dialect.mapping;
  const stamp = Date.now().toString(36);
  const accounts = Array.from({ length: USERS }, (_, index) => ({ username: `b${stamp}x${index}`, password: PASSWORD }));
  const viewers: Viewer[] = [];
  await each(accounts, async (account) => {
    const answer = await ask('register', account);
    const token = at(answer, answers.token);
    if (typeof token === 'string' && token !== '') viewers.push({ userId: Number(at(answer, answers.userId)), token });
  });
  if (viewers.length === 0) throw new Error(`nobody could be registered at ${dialect.mapping.name}`);
  return { viewers, accounts };
}

/** Ids of videos, and times at which pages of the feed begin. */
async function readFeed(ask: Ask, { mapping: { answers } }: Dialect, token: string): Promise<{ ids: number[]; times: number[] }> {
  const ids = new Set<number>();
  const times: number[] = [];
  for (let page = 0; page < PAGES; page += 1) {
    const answer = await ask('feed', { token, latest_time: times.at(-1) });
    const videos = at(answer, answers.videos);
    if (!Array.isArray(videos) || videos.length === 0) break;
    for (const video of videos) ids.add(Number(at(video, answers.videoId)));
    const next = Number(at(answer, answers.nextTime));
    if (!Number.isFinite(next) || next === times.at(-1)) break;
    times.push(next);
  }
  return { ids: [...ids], times };
}

/** Fills the other server as far as its API lets us, and learns what it has. */
async function fill(ask: Ask, dialect: Dialect): Promise<DataSet> {
  const { viewers, accounts } = await registered(ask, dialect);
  const token = (index: number): string => viewers[index % viewers.length]?.token ?? '';
  if (dialect.has('publish')) {
    const file = readFileSync(await clip({ seconds: 1 }));
    await each(Array.from({ length: VIDEOS }), (_, index) => ask('publish', { token: token(index), title: `记录 ${index}` }, file));
  }
  const { ids, times } = await readFeed(ask, dialect, token(0));
  if (ids.length === 0) throw new Error('its feed is empty, so there is nothing to ask for');
  const commented = ids.slice(0, COMMENTED);
  if (dialect.has('comment')) {
    const posts = commented.flatMap((video_id) => Array.from({ length: COMMENTS_EACH }, () => video_id));
    await each(posts, (video_id, index) => ask('comment', { token: token(index), video_id, text: `真好看 ${index}` }));
  }
  const likers = viewers.slice(0, COMMENTED);
  if (dialect.has('like')) {
    const likes = likers.flatMap((viewer) =>
      ids.slice(0, LIKES_EACH).map((video_id) => ({ token: viewer.token, video_id, action_type: 1 })),
    );
    await each(likes, (like) => ask('like', like));
  }
  const feedTimes = times.length > 0 ? times : [Date.now()];
  const ends = { oldest: Math.min(...feedTimes), newest: Math.max(...feedTimes) };
  return { videoIds: ids, feedTimes, ...ends, commentedIds: commented, likerIds: likers.map(({ userId }) => userId), viewers, accounts };
}

/** Another server of this API, filled through it. Its processes are not ours to look into, so only rates and latencies are measured. */
export async function otherBench(options: Options, url: string): Promise<Bench> {
  const dialect = new Dialect(readMapping(options.mapping ?? ''));
  const ask: Ask = (name, values, file) => send(url, dialect.request(name, values, file));
  const data = await fill(ask, dialect);
  console.log(`${dialect.mapping.name} at ${url}: ${data.viewers.length} viewers registered, ${data.videoIds.length} videos found\n`);
  return { url, dialect, data, options, shape: dialect.mapping.name, own: false, idleMsPerSecond: 0, rows: [], peaks: new Map() };
}

/** What a server must offer for a scenario that is no plain stream of requests. */
const NEEDS: Partial<Record<ScenarioName, readonly Operation[]>> = {
  like: ['like'],
  publish: ['publish'],
  mix: ['like', 'comment'],
  overload: ['comment'],
  soak: ['like', 'comment'],
};

/** Whether a scenario can be asked of the server. */
export const suits = ({ dialect }: Bench, name: ScenarioName): boolean =>
  (NEEDS[name] ?? (name in STREAMS ? [STREAMS[name as StreamName]] : [])).every((operation) => dialect.has(operation));
