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
const SECONDS = 2;
const LOOK_MS = 250;
const DRAIN_LIMIT_MS = 600_000;

/** The smallest clip that is worth its name: one second of 360 × 640. */
export const smallClip = async (): Promise<Buffer> => readFileSync(await clip({ seconds: 1 }));

async function waiting(mysql: Connection): Promise<number> {
  const sql = "SELECT COUNT(*) AS n FROM doul_video.videos WHERE state IN ('uploaded', 'probing', 'transcoding')";
  const [rows] = await mysql.query<({ n: number } & RowDataPacket)[]>(sql);
  return Number(rows[0]?.n ?? 0);
}

/** Waits until every upload has been examined; how long that took, in s. */
async function processed(): Promise<number> {
  const mysql = await createConnection({ uri: process.env['MYSQL_URL'] ?? '' });
  const start = Date.now();
  try {
    while ((await waiting(mysql)) > 0) {
      if (Date.now() - start > DRAIN_LIMIT_MS) throw new Error('uploads are still being processed after ten minutes');
      await sleep(LOOK_MS);
    }
    return (Date.now() - start) / 1_000;
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
    const seconds = await processed();
    details['all published after'] = `${seconds.toFixed(1)} s, ${(run.requests / (SECONDS + seconds)).toFixed(1)}/s`;
  }
  report(bench, 'publish', [run], { details });
}
