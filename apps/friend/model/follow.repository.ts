import { bitsWhere, unpackIds } from '@doul/contracts';
import { Database } from '@doul/data';
import { Injectable } from '@nestjs/common';
import type { FollowQuestion, ListKind, Position, Related } from './relation.js';

/**
 * Each list's page as two ranges of its index: what is left of the position's own millisecond, then what is older. As one condition
 * it would walk over all of that millisecond, which may hold any number of imported follows.
 */
const page = (column: string, where: string): string => `
  (SELECT ${column} AS id, followed_at AS at FROM follows WHERE ${where} AND followed_at = ? AND ${column} < ? ORDER BY ${column} DESC LIMIT ?)
  UNION ALL
  (SELECT ${column}, followed_at FROM follows WHERE ${where} AND followed_at < ? ORDER BY followed_at DESC, ${column} DESC LIMIT ?)
  ORDER BY at DESC, id DESC LIMIT ?`;

const PAGES: Record<ListKind, string> = {
  following: page('followee_id', 'follower_id = ?'),
  follower: page('follower_id', 'followee_id = ?'),
  friend: page('followee_id', 'follower_id = ? AND mutual = 1'),
};

/** Pairs of one statement; the range optimiser handles some hundreds well. */
const PAIRS_PER_STATEMENT = 500;

interface FollowPair {
  follower_id: number;
  followee_id: number;
}

/** Reads of the follow graph. */
@Injectable()
export class FollowRepository {
  constructor(private readonly db: Database) {}

  async follows(followerId: number, followeeId: number): Promise<boolean> {
    return (await this.db.one('SELECT 1 FROM follows WHERE follower_id = ? AND followee_id = ?', [followerId, followeeId])) !== undefined;
  }

  /** Which of the ids each viewer follows, as bit sets in the order of the questions. */
  async flags(questions: readonly FollowQuestion[]): Promise<Uint8Array[]> {
    const asked = questions.map(({ ids }) => unpackIds(ids));
    const pairs = asked.flatMap((ids, at) => ids.map((id) => [questions[at]?.viewerId ?? 0, id]));
    const found = new Set<string>();
    for (let at = 0; at < pairs.length; at += PAIRS_PER_STATEMENT) {
      const sql = 'SELECT follower_id, followee_id FROM follows WHERE (follower_id, followee_id) IN (?)';
      const rows = await this.db.query<FollowPair>(sql, [pairs.slice(at, at + PAIRS_PER_STATEMENT)]);
      for (const row of rows) found.add(`${row.follower_id}:${row.followee_id}`);
    }
    return asked.map((ids, at) => bitsWhere(ids.length, (place) => found.has(`${questions[at]?.viewerId ?? 0}:${ids[place] ?? 0}`)));
  }

  async allFollowees(followerId: number): Promise<number[]> {
    const rows = await this.db.query<{ id: number }>('SELECT followee_id AS id FROM follows WHERE follower_id = ?', [followerId]);
    return rows.map((row) => row.id);
  }

  /** Everybody whom some users follow, by follower. */
  async followeesOf(followerIds: readonly number[]): Promise<Map<number, Set<number>>> {
    const sql = 'SELECT follower_id, followee_id FROM follows WHERE follower_id IN (?)';
    const sets = new Map<number, Set<number>>();
    for (const row of await this.db.byIds<FollowPair>(sql, followerIds)) {
      const set = sets.get(row.follower_id) ?? new Set();
      sets.set(row.follower_id, set.add(row.followee_id));
    }
    return sets;
  }

  /** Up to `limit` users of a list after a position, latest follow first. */
  list(kind: ListKind, userId: number, after: Position, limit: number): Promise<Related[]> {
    return this.db.query<Related>(PAGES[kind], [userId, after.at, after.id, limit, userId, after.at, limit, limit]);
  }
}
