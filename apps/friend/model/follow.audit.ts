import { setTimeout as sleep } from 'node:timers/promises';
import { Database, RedisStore } from '@doul/data';
import { Injectable } from '@nestjs/common';
import { followingKey, followingVersionKey } from '../friend.keys.js';
import { FollowCounterTable } from './follow-counters.js';
import { FollowRepository } from './follow.repository.js';

/** Users with a counter row, and users with follows but, wrongly, without one. */
const IDS = `SELECT id FROM (
  (SELECT id FROM user_counters WHERE id > ? ORDER BY id LIMIT ?) UNION
  (SELECT DISTINCT follower_id FROM follows WHERE follower_id > ? ORDER BY follower_id LIMIT ?) UNION
  (SELECT DISTINCT followee_id FROM follows WHERE followee_id > ? ORDER BY followee_id LIMIT ?)) AS users ORDER BY id LIMIT ?`;

/** One statement, hence one snapshot: rows that change meanwhile are seen before or after, not half. */
const COUNTS = `SELECT u.id, COALESCE(c.follow_count, 0) AS follow_count, COALESCE(c.follower_count, 0) AS follower_count,
  (SELECT COUNT(*) FROM follows f WHERE f.follower_id = u.id) AS follows,
  (SELECT COUNT(*) FROM follows f WHERE f.followee_id = u.id) AS followers,
  (SELECT COUNT(*) FROM follows f LEFT JOIN follows r ON r.follower_id = f.followee_id AND r.followee_id = f.follower_id
    WHERE f.follower_id = u.id AND f.mutual <> (r.follower_id IS NOT NULL)) AS half_mutual
  FROM (SELECT DISTINCT id FROM (SELECT id FROM user_counters WHERE id IN (?) UNION SELECT follower_id FROM follows WHERE follower_id IN (?)
    UNION SELECT followee_id FROM follows WHERE followee_id IN (?)) AS ids) AS u LEFT JOIN user_counters c ON c.id = u.id`;

/** Copies may lag behind by a round of the projector; only what is still different after this many ms is a difference. */
const SETTLE_MS = 600;

interface CountRow {
  id: number;
  follow_count: number;
  follower_count: number;
  follows: number;
  followers: number;
  half_mutual: number;
}

export interface AuditPage {
  differences: string[];
  checked: number;
  lastId: number;
  hasMore: boolean;
}

/** Compares follows, stored counters and the copies in Redis. */
@Injectable()
export class FollowAudit {
  constructor(
    private readonly db: Database,
    private readonly redis: RedisStore,
    private readonly counters: FollowCounterTable,
    private readonly follows: FollowRepository,
  ) {}

  /** Checks a page of users by ascending id. */
  async page(afterId: number, limit: number): Promise<AuditPage> {
    const rows = await this.db.query<{ id: number }>(IDS, [afterId, limit, afterId, limit, afterId, limit, limit]);
    const ids = rows.map((row) => row.id);
    const differences = ids.length === 0 ? [] : [...(await this.stored(ids)), ...(await this.copies(ids))];
    return { differences, checked: ids.length, lastId: ids.at(-1) ?? afterId, hasMore: ids.length === limit };
  }

  private async stored(ids: readonly number[]): Promise<string[]> {
    const rows = await this.db.query<CountRow>(COUNTS, [ids, ids, ids]);
    return rows.flatMap((row) => [
      ...(row.follow_count === row.follows ? [] : [`user ${row.id}: follow_count ${row.follow_count}, follows ${row.follows}`]),
      ...(row.follower_count === row.followers ? [] : [`user ${row.id}: follower_count ${row.follower_count}, followers ${row.followers}`]),
      ...(row.half_mutual === 0 ? [] : [`user ${row.id}: ${row.half_mutual} follows with a wrong mutual mark`]),
    ]);
  }

  private async copies(ids: readonly number[]): Promise<string[]> {
    const suspects = await this.unlikeCopies(ids);
    if (suspects.size === 0) return [];
    await sleep(SETTLE_MS);
    return [...(await this.unlikeCopies([...suspects.keys()])).values()];
  }

  /** Users whose copies in Redis, where there are any, differ from MySQL. */
  private async unlikeCopies(ids: readonly number[]): Promise<Map<number, string>> {
    const found = new Map<number, string>();
    const copies = await this.counters.copy.read(ids);
    const stored = await this.counters.stored(this.db, ids);
    for (const [id, copy] of copies) {
      const row = stored.get(id);
      if (JSON.stringify(copy) !== JSON.stringify(row))
        found.set(id, `user ${id}: Redis has ${JSON.stringify(copy)}, MySQL ${JSON.stringify(row)}`);
    }
    for (const id of ids) {
      const problem = await this.unlikeSet(id, stored.get(id)?.values.follow_version ?? 0);
      if (problem !== undefined) found.set(id, problem);
    }
    return found;
  }

  /** A loaded set that claims to be current must be what MySQL has. */
  private async unlikeSet(id: number, version: number): Promise<string | undefined> {
    const pipeline = this.redis.client.pipeline().get(followingVersionKey({ id })).smembers(followingKey({ id }));
    const [label, members] = (await this.redis.exec(pipeline)) as [string | null, string[]];
    if (label === null || Number(label) < version) return undefined;
    const cached = members.map(Number).filter((member) => member !== 0);
    const wanted = new Set(await this.follows.allFollowees(id));
    const same = cached.length === wanted.size && cached.every((member) => wanted.has(member));
    return same ? undefined : `user ${id}: the following set in Redis has ${cached.length} members, MySQL ${wanted.size}`;
  }
}
