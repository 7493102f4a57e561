import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Request } from '../load/request-file.js';
import { median } from '../load/histogram.js';
import { KEYWORDS } from '../data/keywords.js';
import { seeded } from '../data/skew.js';
import { openDetails, openRun, report, warmUpCode, work, type Bench } from './bench.js';
import { requests } from './pages.js';
import { smallClip } from './publish.js';
import { stream } from './requests.js';

/** Searches per second in the open loop. */
const RATE = 200;
const CONNECTIONS = 64;
/** The engine's JVM compiles its hot code for some seconds. */
const ENGINE_LOADS = 5;
/** Videos that are published to see when they are found. */
const SAMPLES = 5;
const LOOK_MS = 25;
const LIMIT_MS = 60_000;

async function send(bench: Bench, { method, path, headers = {}, body }: Request): Promise<Record<string, unknown>> {
  const answer = await fetch(bench.url + path, {
    method,
    headers,
    ...(body === undefined ? {} : { body: new Uint8Array(Buffer.from(body)) }),
  });
  return (await answer.json()) as Record<string, unknown>;
}

async function publishedAt(mysql: Connection, title: string): Promise<number> {
  const sql = "SELECT published_at AS at FROM doul_video.videos WHERE title = ? AND state = 'published'";
  const [rows] = await mysql.query<({ at: number } & RowDataPacket)[]>(sql, [title]);
  return Number(rows[0]?.at ?? 0);
}

/** Time from the publication of one video to the first search that finds it, in ms. */
async function freshness(bench: Bench, mysql: Connection, file: Buffer): Promise<number> {
  const word = `qz${Math.random().toString(36).slice(2, 10)}`;
  const token = bench.data.viewers[0]?.token;
  await send(bench, bench.dialect.request('publish', { token, title: word }, file));
  const list = bench.dialect.mapping.answers.videos;
  for (const until = Date.now() + LIMIT_MS; Date.now() < until;) {
    const answer = await send(bench, bench.dialect.request('search', { token, keyword: word }));
    const seen = Date.now();
    if (((answer[list] as unknown[] | undefined) ?? []).length > 0) return Math.max(0, seen - (await publishedAt(mysql, word)));
    await sleep(LOOK_MS);
  }
  throw new Error(`a published video was not found within ${LIMIT_MS / 1_000} s`);
}

async function freshnessDetails(bench: Bench): Promise<Record<string, string>> {
  const mysql = await createConnection({ uri: process.env['MYSQL_URL'] ?? '' });
  try {
    const file = await smallClip();
    const times: number[] = [];
    for (let at = 0; at < SAMPLES; at += 1) times.push(await freshness(bench, mysql, file));
    return { 'from publication to being found': `median ${median(times)} ms, at most ${Math.max(...times)} ms of ${SAMPLES}` };
  } finally {
    await mysql.end();
  }
}

/** Searches of which hardly two are equal, so that the engine is asked each. */
function differentSearches({ data, dialect }: Bench): () => Request {
  const random = seeded(44);
  const word = (): string => KEYWORDS[Math.floor(random() * KEYWORDS.length)] as string;
  return () => dialect.request('search', { token: data.viewers[0]?.token, keyword: `${word()} ${word()}` });
}

/** Searches as fast as they are answered, then at a steady rate, and how soon a new video is found. */
export async function search(bench: Bench): Promise<void> {
  await warmUpCode(work(bench, differentSearches(bench)), ENGINE_LOADS);
  await requests(bench, 'search');
  const run = await openRun(bench, stream('search', bench.data, bench.dialect, 43), RATE, { connections: CONNECTIONS });
  const fresh = bench.own ? await freshnessDetails(bench) : {};
  report(bench, `search at ${RATE}/s`, [run], { loop: 'open', offeredPerSecond: RATE, details: { ...openDetails(run), ...fresh } });
}
