import { VideoPublishedEvent, VideoRemovedEvent } from '@doul/contracts';
import { Database, type Tx } from '@doul/data';
import { Outbox } from '@doul/events';
import { Injectable } from '@nestjs/common';
import { Cards } from './cards.js';
import { UserCounters } from './counters.js';
import { FeedIndex } from './feed-index.js';
import { nextFeedTime } from './feed-time.js';
import { VIDEO_COLUMNS, type StoredVideo } from './video.js';

export interface Media {
  coverKey: string;
  width: number;
  height: number;
  durationMs: number;
}

export interface ClaimedVideo extends StoredVideo {
  /** How often it has been claimed, this time included. */
  attempts: number;
}

export type Removal = 'removed' | 'not-yours' | 'unknown';

const LOCKED = `SELECT ${VIDEO_COLUMNS}, v.attempts FROM videos v WHERE v.id = ?`;

/** The changes of a video's state. Each is one transaction, and its copies in Redis are refreshed after the commit. */
@Injectable()
export class PublicationRepository {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly cards: Cards,
    private readonly feed: FeedIndex,
    private readonly counters: UserCounters,
  ) {}

  /**
   * Takes a waiting video for processing; whoever had it before can no longer finish it.
   *
   * @param claim a token that the finishing call must give again
   * @returns undefined when it does not wait any more
   */
  claim(id: number, claim: string): Promise<ClaimedVideo | undefined> {
    return this.database.transaction(async (tx) => {
      const sql = `UPDATE videos SET state = 'processing', claim = ?, attempts = attempts + 1, state_at = ?, version = version + 1
        WHERE id = ? AND state IN ('uploaded', 'processing')`;
      const { affected } = await tx.execute(sql, [claim, Date.now(), id]);
      if (affected === 0) return undefined;
      tx.afterCommit(() => this.cards.forget([id]));
      return tx.one<ClaimedVideo>(LOCKED, [id]);
    });
  }

  /** Says that a claimed video is still being worked on. */
  async touch(id: number, claim: string): Promise<void> {
    await this.database.execute("UPDATE videos SET state_at = ? WHERE id = ? AND state = 'processing' AND claim = ?", [
      Date.now(),
      id,
      claim,
    ]);
  }

  /** Publishes a claimed video at the head of the feed; false when the claim is no longer the valid one. */
  publish(id: number, claim: string, media: Media): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const video = await this.lockClaimed(tx, id, claim);
      if (!video) return false;
      const { authorId } = video;
      await this.counters.add(tx, [{ id: authorId, field: 'work_count', delta: 1 }]);
      await this.outbox.append(tx, VideoPublishedEvent, { videoId: id, authorId, version: video.version + 1 });
      tx.afterCommit(() => this.cards.forget([id]));
      tx.afterCommit(() => this.feed.extend());
      // Last, because everybody who publishes waits for the clock until this commits.
      const now = Date.now();
      const feedTime = await this.tick(tx, now);
      const sql = `UPDATE videos SET state = 'published', reason = '', version = version + 1, feed_time = ?, published_at = ?, state_at = ?,
        cover_key = ?, width = ?, height = ?, duration_ms = ?, claim = '' WHERE id = ?`;
      await tx.execute(sql, [feedTime, now, now, media.coverKey, media.width, media.height, media.durationMs, id]);
      return true;
    });
  }

  /** Ends a claimed video's processing without publishing it. */
  refuse(id: number, claim: string, state: 'rejected' | 'failed', reason: string): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      if (!(await this.lockClaimed(tx, id, claim))) return false;
      const sql = "UPDATE videos SET state = ?, reason = ?, version = version + 1, state_at = ?, claim = '' WHERE id = ?";
      await tx.execute(sql, [state, reason, Date.now(), id]);
      tx.afterCommit(() => this.cards.forget([id]));
      return true;
    });
  }

  /** Removes a video for everybody; its row stays as a tombstone, and the worker purges what belongs to it. */
  remove(userId: number, id: number): Promise<Removal> {
    return this.database.transaction(async (tx) => {
      const video = await tx.one<StoredVideo>(`${LOCKED} FOR UPDATE`, [id]);
      if (!video) return 'unknown';
      // Nobody else is told of a video that they cannot see.
      if (video.authorId !== userId) return video.state === 'published' ? 'not-yours' : 'unknown';
      if (video.state === 'removed') return 'removed';
      const sql = `UPDATE videos SET state = 'removed', version = version + 1, feed_time = NULL, claim = '', leftovers = 1, state_at = ? WHERE id = ?`;
      await tx.execute(sql, [Date.now(), id]);
      if (video.state === 'published') await this.counters.add(tx, [{ id: userId, field: 'work_count', delta: -1 }]);
      await this.outbox.append(tx, VideoRemovedEvent, { videoId: id, authorId: userId, version: video.version + 1 });
      tx.afterCommit(() => Promise.all([this.forget(id, userId), this.counters.project([userId])]));
      return 'removed';
    });
  }

  /** Takes a removed video out of the copies in Redis. */
  async forget(id: number, authorId: number): Promise<void> {
    await Promise.all([this.cards.forget([id]), this.feed.drop(id, authorId)]);
  }

  /** Videos that have been waiting or in processing since before `since` (Unix ms): their event or their worker was lost. */
  async stuck(since: number, limit: number): Promise<number[]> {
    const sql = "SELECT id FROM videos WHERE state IN ('uploaded', 'processing') AND state_at < ? ORDER BY state_at LIMIT ?";
    return (await this.database.query<{ id: number }>(sql, [since, limit])).map((row) => row.id);
  }

  /** Removed videos that something may still belong to. */
  async unpurged(limit: number): Promise<number[]> {
    const sql = 'SELECT id FROM videos WHERE leftovers = 1 ORDER BY state_at LIMIT ?';
    return (await this.database.query<{ id: number }>(sql, [limit])).map((row) => row.id);
  }

  /** A removed video that something may still belong to; undefined when there is nothing to do. */
  leftovers(id: number): Promise<{ authorId: number; objectKey: string; removedAt: number } | undefined> {
    const sql = 'SELECT author_id AS authorId, object_key AS objectKey, state_at AS removedAt FROM videos WHERE id = ? AND leftovers = 1';
    return this.database.one(sql, [id]);
  }

  async purged(id: number): Promise<void> {
    await this.database.execute('UPDATE videos SET leftovers = 0 WHERE id = ?', [id]);
  }

  private lockClaimed(tx: Tx, id: number, claim: string): Promise<StoredVideo | undefined> {
    return tx.one<StoredVideo>(`${LOCKED} AND v.state = 'processing' AND v.claim = ? FOR UPDATE`, [id, claim]);
  }

  /** The next feed time, under a lock that is held until the transaction ends: commits happen in feed order. */
  private async tick(tx: Tx, now: number): Promise<number> {
    const clock = await tx.one<{ last: number }>('SELECT last_time AS last FROM feed_clock WHERE id = 1 FOR UPDATE');
    const feedTime = nextFeedTime(now, clock?.last ?? 0);
    await tx.execute('UPDATE feed_clock SET last_time = ? WHERE id = 1', [feedTime]);
    return feedTime;
  }
}
