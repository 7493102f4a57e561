import { Database } from '@doul/data';
import { Injectable } from '@nestjs/common';
import type { ListKind, Position, Related } from './relation.js';

/** Each list's range, in its index's order. The row constructor `(a, b) < (?, ?)` would not use the index. */
const page = (column: string, where: string): string =>
  `SELECT ${column} AS id, followed_at AS at FROM follows
  WHERE ${where} AND followed_at <= ? AND (followed_at < ? OR ${column} < ?) ORDER BY followed_at DESC, ${column} DESC LIMIT ?`;

const PAGES: Record<ListKind, string> = {
  following: page('followee_id', 'follower_id = ?'),
  follower: page('follower_id', 'followee_id = ?'),
  friend: page('followee_id', 'follower_id = ? AND mutual = 1'),
};

/** Reads of the follow graph. */
@Injectable()
export class FollowRepository {
  constructor(private readonly db: Database) {}

  async follows(followerId: number, followeeId: number): Promise<boolean> {
    return (await this.db.one('SELECT 1 FROM follows WHERE follower_id = ? AND followee_id = ?', [followerId, followeeId])) !== undefined;
  }

  async among(followerId: number, ids: readonly number[]): Promise<number[]> {
    const sql = 'SELECT followee_id AS id FROM follows WHERE follower_id = ? AND followee_id IN (?)';
    return (await this.db.byIds<{ id: number }>(sql, ids, [followerId])).map((row) => row.id);
  }

  async allFollowees(followerId: number): Promise<number[]> {
    const rows = await this.db.query<{ id: number }>('SELECT followee_id AS id FROM follows WHERE follower_id = ?', [followerId]);
    return rows.map((row) => row.id);
  }

  /** Everybody whom some users follow, by follower. */
  async followeesOf(followerIds: readonly number[]): Promise<Map<number, Set<number>>> {
    const sql = 'SELECT follower_id, followee_id FROM follows WHERE follower_id IN (?)';
    const sets = new Map<number, Set<number>>();
    for (const row of await this.db.byIds<{ follower_id: number; followee_id: number }>(sql, followerIds)) {
      const set = sets.get(row.follower_id) ?? new Set();
      sets.set(row.follower_id, set.add(row.followee_id));
    }
    return sets;
  }

  /** Up to `limit` users of a list after a position, latest follow first. */
  list(kind: ListKind, userId: number, after: Position, limit: number): Promise<Related[]> {
    return this.db.query<Related>(PAGES[kind], [userId, after.at, after.at, after.id, limit]);
  }
}
