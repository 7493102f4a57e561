import { UserFollowedEvent, UserUnfollowedEvent } from '@doul/contracts';
import { Database, type Tx } from '@doul/data';
import { Outbox } from '@doul/events';
import { Injectable } from '@nestjs/common';
import { FriendErrors } from '../friend.errors.js';
import { FollowCounterTable } from './follow-counters.js';
import { FollowingCache } from './following.cache.js';
import { MAX_FOLLOWING } from './relation.js';

/** Rolls back: the row was already as wanted, so that the counters must stay. */
class Unchanged extends Error {}

/** Changes of the follow graph: row, both counters and event in one transaction. */
@Injectable()
export class FollowWriter {
  constructor(
    private readonly db: Database,
    private readonly counters: FollowCounterTable,
    private readonly following: FollowingCache,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Makes `userId` follow `toUserId`, or not follow. Repeating changes nothing.
   *
   * @returns whether something changed
   * @throws DoulError FOLLOW_LIMIT
   */
  async set(userId: number, toUserId: number, follow: boolean): Promise<boolean> {
    try {
      await this.db.transaction((tx) => this.change(tx, userId, toUserId, follow));
      return true;
    } catch (error) {
      if (error instanceof Unchanged) return false;
      throw error;
    }
  }

  /**
   * The counters come first: their rows are locked in order of id, so whatever concerns this pair happens one after the other, deadlocks
   * are impossible, and of two users who follow each other at the same moment the second sees the first.
   */
  private async change(tx: Tx, userId: number, toUserId: number, follow: boolean): Promise<void> {
    const delta = follow ? 1 : -1;
    this.counters.add(tx, [
      { id: userId, field: 'follow_count', delta },
      { id: userId, field: 'follow_version', delta: 1 },
      { id: toUserId, field: 'follower_count', delta },
    ]);
    const values = (await this.counters.stored(tx, [userId])).get(userId)?.values;
    if (follow && values && values.follow_count > MAX_FOLLOWING) throw FriendErrors.FOLLOW_LIMIT({ limit: MAX_FOLLOWING });
    const at = Date.now();
    if (!(await (follow ? this.addRow(tx, userId, toUserId, at) : this.removeRow(tx, userId, toUserId)))) throw new Unchanged();
    this.outbox.append(tx, follow ? UserFollowedEvent : UserUnfollowedEvent, { userId, toUserId, changedAtMs: at });
    tx.afterCommit(() => this.following.apply(userId, toUserId, follow, values?.follow_version ?? 0));
  }

  private async addRow(tx: Tx, userId: number, toUserId: number, at: number): Promise<boolean> {
    const mutual = (await this.markReverse(tx, userId, toUserId, 1)) ? 1 : 0;
    return (await tx.insertIgnore('follows', [{ follower_id: userId, followee_id: toUserId, followed_at: at, mutual }])) === 1;
  }

  private async removeRow(tx: Tx, userId: number, toUserId: number): Promise<boolean> {
    await this.markReverse(tx, userId, toUserId, 0);
    return (await tx.execute('DELETE FROM follows WHERE follower_id = ? AND followee_id = ?', [userId, toUserId])).affected === 1;
  }

  /** Sets `mutual` on the other one's row; false when the other one does not follow. */
  private async markReverse(tx: Tx, userId: number, toUserId: number, mutual: 0 | 1): Promise<boolean> {
    const result = await tx.execute('UPDATE follows SET mutual = ? WHERE follower_id = ? AND followee_id = ?', [mutual, toUserId, userId]);
    return result.affected === 1;
  }
}
