import { CommonErrors } from '@doul/contracts';
import { RedisStore, type RedisScript } from '@doul/data';
import { Injectable } from '@nestjs/common';
import { feedKey, feedMetaKey } from '../video.keys.js';
import { FeedRepository, type FeedPosition } from './feed.repository.js';
import { BUILD, EXTEND, PAGE } from './feed.scripts.js';

/** Videos that the index holds: 10,000 is 333 pages, further than people scroll, and under 1 MB of Redis. */
export const FEED_INDEX_SIZE = 10_000;
/** Rows that one extension takes in; a longer backlog takes several. */
const EXTEND_ROWS = 1_000;
/** Builds compete only while the index is missing; each loser finds it built. */
const TRIES = 5;

const KEYS = [feedKey({ list: 'chrono' }), feedMetaKey({ list: 'chrono' })];

const member = ({ videoId, authorId }: Pick<FeedPosition, 'videoId' | 'authorId'>): string => `${videoId}:${authorId}`;
const flat = (rows: readonly FeedPosition[]): (string | number)[] => rows.flatMap((row) => [row.feedTime, member(row)]);

function positions(page: readonly string[]): FeedPosition[] {
  return Array.from({ length: page.length / 2 }, (_, at) => {
    const [videoId = NaN, authorId = NaN] = (page[2 * at] ?? '').split(':').map(Number);
    return { videoId, authorId, feedTime: Number(page[2 * at + 1]) };
  });
}

/**
 * The chronological feed: the newest part in Redis, the rest in MySQL, one keyset through both.
 * Positions grow in commit order, so "everything after the last one taken in" is never missing anything in between: there
 * is one way in, `extend`, which the publisher calls after its commit and a timer calls for publishers that died before.
 */
@Injectable()
export class FeedIndex {
  protected readonly size: number = FEED_INDEX_SIZE;
  private readonly pageScript: RedisScript<string[]>;
  private readonly extendScript: RedisScript<number>;
  private readonly buildScript: RedisScript<number>;
  private building: Promise<void> | undefined;

  constructor(
    private readonly redis: RedisStore,
    private readonly repository: FeedRepository,
  ) {
    this.pageScript = redis.script('feed-page', PAGE);
    this.extendScript = redis.script('feed-extend', EXTEND);
    this.buildScript = redis.script('feed-build', BUILD);
  }

  /**
   * Videos strictly before a feed time (0 = from the head), latest first; fewer than `limit` only at the end of the feed.
   *
   * @throws DoulError UNAVAILABLE when Redis is away
   */
  async page(before: number, limit: number): Promise<FeedPosition[]> {
    const { rows, floor } = await this.indexed(before, limit);
    if (rows.length >= limit || floor === 0) return rows;
    const from = rows.at(-1)?.feedTime ?? (before === 0 ? floor : Math.min(before, floor));
    return [...rows, ...(await this.repository.before(from, limit - rows.length))];
  }

  private async indexed(before: number, limit: number): Promise<{ rows: FeedPosition[]; floor: number }> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const [floor, ...page] = await this.pageScript.run(KEYS, [before === 0 ? '+inf' : before, limit]);
      if (floor !== undefined) return { rows: positions(page), floor: Number(floor) };
      await this.build();
    }
    throw CommonErrors.UNAVAILABLE();
  }

  private build(): Promise<void> {
    this.building ??= this.buildOnce().finally(() => (this.building = undefined));
    return this.building;
  }

  private async buildOnce(): Promise<void> {
    const rows = await this.repository.newest(this.size);
    const floor = rows.length < this.size ? 0 : (rows.at(-1)?.feedTime ?? 0);
    await this.buildScript.run(KEYS, [rows[0]?.feedTime ?? 0, floor, ...flat(rows)]);
  }

  /** Takes in whatever has been published since the last time. Idempotent, and safe to be run by several. */
  async extend(): Promise<void> {
    for (;;) {
      const synced = await this.redis.client.hget(KEYS[1] ?? '', 'synced');
      if (synced === null) return this.build();
      const rows = await this.repository.after(Number(synced), EXTEND_ROWS);
      const last = rows.at(-1);
      if (!last) return;
      await this.extendScript.run(KEYS, [synced, last.feedTime, this.size, ...flat(rows)]);
    }
  }

  /** What the index holds from one feed time (inclusive) to another (exclusive), and its floor; undefined when it does not exist. */
  async range(from: number, to: number): Promise<{ rows: FeedPosition[]; floor: number } | undefined> {
    const replies = await this.redis.many([
      ['hget', KEYS[1] ?? '', 'floor'],
      ['zrangebyscore', KEYS[0] ?? '', from, `(${to}`, 'WITHSCORES'],
    ]);
    const [floor = null, page = []] = replies as [string | null, string[]];
    return floor === null ? undefined : { rows: positions(page), floor: Number(floor) };
  }

  /** Takes a video out of the index. */
  async drop(videoId: number, authorId: number): Promise<void> {
    await this.dropAll([{ videoId, authorId }]);
  }

  async dropAll(videos: readonly Pick<FeedPosition, 'videoId' | 'authorId'>[]): Promise<void> {
    if (videos.length > 0) await this.redis.client.zrem(KEYS[0] ?? '', ...videos.map(member));
  }
}
