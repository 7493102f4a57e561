import { Redis } from 'ioredis';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { setTimeout as sleep } from 'node:timers/promises';

interface Offset {
  shard: number;
  ms: number;
  seq: number;
}

const OFFSETS = 'SELECT shard, last_ms AS ms, last_seq AS seq FROM doul_video.like_offsets';
const LOOK_EVERY_MS = 1_000;
const DRAIN_LOOK_MS = 100;

/** How far MySQL is behind the log of likes in Redis, by comparing positions. */
export class LikeLag {
  private constructor(
    private readonly mysql: Connection,
    private readonly redis: Redis,
  ) {}

  static async connect(): Promise<LikeLag> {
    const mysql = await createConnection({ uri: process.env['MYSQL_URL'] ?? '' });
    return new LikeLag(mysql, new Redis(process.env['REDIS_URL'] ?? ''));
  }

  /** Age of the oldest like that MySQL has not stored, in ms; 0 when it has them all. */
  async now(): Promise<number> {
    const [offsets] = await this.mysql.query<(Offset & RowDataPacket)[]>(OFFSETS);
    const pipeline = this.redis.pipeline();
    for (const { shard, ms, seq } of offsets) {
      pipeline.xrange(`like:{${String(shard).padStart(2, '0')}}:log`, `(${ms}-${seq}`, '+', 'COUNT', 1);
    }
    const firsts = ((await pipeline.exec()) ?? []).flatMap(([, entries]) => (entries as [string][] | null)?.[0]?.[0] ?? []);
    const oldest = Math.min(...firsts.map((id) => Number(id.split('-')[0])));
    return firsts.length === 0 ? 0 : Math.max(0, Date.now() - oldest);
  }

  /** Looks once a second until the signal comes. */
  async follow(signal: AbortSignal): Promise<number[]> {
    const lags: number[] = [];
    while (!signal.aborted) {
      lags.push(await this.now());
      await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
    return lags;
  }

  /** Waits until MySQL has everything; how long that took, in ms. */
  async drained(limitMs: number): Promise<number> {
    const start = Date.now();
    while ((await this.now()) > 0) {
      if (Date.now() - start > limitMs) throw new Error(`MySQL has not stored all likes after ${limitMs / 1_000} s`);
      await sleep(DRAIN_LOOK_MS);
    }
    return Date.now() - start;
  }

  async close(): Promise<void> {
    await Promise.all([this.mysql.end(), this.redis.quit()]);
  }
}
