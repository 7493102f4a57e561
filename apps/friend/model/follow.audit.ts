import { setTimeout as sleep } from 'node:timers/promises';
import { Database, RedisStore } from '@doul/data';
import { Injectable } from '@nestjs/common';
import { followingKey, followingVersionKey } from '../friend.keys.js';
import { FollowCounterTable } from './follow-counters.js';
import { FollowRepository } from './follow.repository.js';
import { LOADED } from './following.cache.js';

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

/** Users compared at once: 25 who follow 10,000 each are 250,000 rows, within a statement's deadline. */
const AT_ONCE = 25;

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
    const differences: string[] = [];
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const some = ids.slice(at, at + AT_ONCE);
      differences.push(...(await this.stored(some)), ...(await this.copies(some)));
    }
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
    const copies = await this.counters.copy.read(ids);
    const sets = await this.cachedSets(ids);
    const stored = await this.counters.stored(this.db, ids);
    // A set with an older version than the user's is not believed by anybody, so it may hold what it wants.
    const current = [...sets].filter(([id, set]) => set.version >= (stored.get(id)?.values.follow_version ?? 0));
    const followees = await this.follows.followeesOf(current.map(([id]) => id));
    const found = new Map<number, string>();
    for (const [id, copy] of copies) {
      const [inRedis, inMysql] = [JSON.stringify(copy), JSON.stringify(stored.get(id))];
      if (inRedis !== inMysql) found.set(id, `user ${id}: Redis has ${inRedis}, MySQL ${inMysql}`);
    }
    for (const [id, { members }] of current) {
      const wanted = followees.get(id) ?? new Set();
      if (members.length === wanted.size && members.every((member) => wanted.has(member))) continue;
      found.set(id, `user ${id}: the following set in Redis has ${members.length} members, MySQL ${wanted.size}`);
    }
    return found;
  }

  /** The loaded following sets of some users, with their versions. */
  private async cachedSets(ids: readonly number[]): Promise<Map<number, { version: number; members: number[] }>> {
    const replies = await this.redis.many(
      ids.flatMap((id) => [['get', followingVersionKey({ id })] as const, ['smembers', followingKey({ id })] as const]),
    );
    const sets = new Map<number, { version: number; members: number[] }>();
    ids.forEach((id, at) => {
      const [version, texts] = replies.slice(2 * at, 2 * at + 2) as [string | null, string[]];
      const members = texts.map(Number);
      // A version alone only says what must not be loaded any more.
      if (version !== null && members.includes(LOADED))
        sets.set(id, { version: Number(version), members: members.filter((member) => member !== LOADED) });
    });
    return sets;
  }
}
