import { clip } from '@doul/testing';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Request } from '../load/request-file.js';
import { closedLoop } from '../load/wrk.js';
import { measured, report, work, type Bench } from './bench.js';

/** Few, because each upload is as long as a video. */
const CONNECTIONS = 4;
/** Uploads wait for ffmpeg, so that a longer run would only make the queue longer, in seconds. */
const SECONDS = 1;
const LOOK_MS = 250;
const DRAIN_LIMIT_MS = 600_000;

/** The smallest clip that is worth its name: one second of 360 × 640. */
export const smallClip = async (): Promise<Buffer> => readFileSync(await clip({ seconds: 1 }));

const UNPUBLISHED = "SELECT COUNT(*) AS n FROM doul_video.videos WHERE state IN ('uploaded', 'probing', 'transcoding')";
/** Further renditions and pictures are made when no upload waits any more. */
const UNFINISHED = "SELECT COUNT(*) AS n FROM doul_video.media_jobs WHERE state IN ('waiting', 'running')";

/** Waits until a count is zero; how long after `start` (Unix ms) that was, in s. */
async function noneLeft(mysql: Connection, sql: string, start: number): Promise<number> {
  for (;;) {
    const [rows] = await mysql.query<({ n: number } & RowDataPacket)[]>(sql);
    if (Number(rows[0]?.n ?? 0) === 0) return (Date.now() - start) / 1_000;
    if (Date.now() - start > DRAIN_LIMIT_MS) throw new Error('uploads are still being processed after ten minutes');
    await sleep(LOOK_MS);
  }
}

/** When all uploads were published, and when nothing was left to be made of them: what is measured next has the machine to itself. */
async function processed(): Promise<{ published: number; finished: number }> {
  const mysql = await createConnection({ uri: process.env['MYSQL_URL'] ?? '' });
  const start = Date.now();
  try {
    const published = await noneLeft(mysql, UNPUBLISHED, start);
    return { published, finished: await noneLeft(mysql, UNFINISHED, start) };
  } finally {
    await mysql.end();
  }
}

/** A stream of uploads, each a video of another viewer. */
export function uploads({ data, dialect }: Bench, file: Buffer): () => Request {
  let turn = 0;
  return () => {
    const { token } = data.viewers[turn++ % data.viewers.length] ?? { token: '' };
    return dialect.request('publish', { token, title: `记录 ${turn}` }, file);
  };
}

/** Uploads through the endpoint that takes a video in one request, and the time until all of them are published. */
export async function publish(bench: Bench): Promise<void> {
  const file = await smallClip();
  const load = work(bench, uploads(bench, file), { connections: CONNECTIONS, seconds: SECONDS, prepared: 200 });
  const run = await measured(bench, () => closedLoop(load));
  const details: Record<string, string> = { clip: `${(file.length / 1024).toFixed(0)} KB` };
  if (bench.own) {
    const { published, finished } = await processed();
    details['all published after'] = `${published.toFixed(1)} s, ${(run.requests / (SECONDS + published)).toFixed(1)}/s`;
    details['all renditions made after'] = `${finished.toFixed(1)} s`;
  }
  report(bench, 'publish', [run], { details });
}
