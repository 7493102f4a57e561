import { CommentDeletedEvent, CommentPostedEvent } from '@doul/contracts';
import { Database, isDuplicate, type Tx } from '@doul/data';
import { Outbox } from '@doul/events';
import { Injectable } from '@nestjs/common';
import type { CommentRow, CommentState } from './comment.js';
import { CommentCounters } from './counters.js';

export interface NewComment {
  videoId: number;
  userId: number;
  content: string;
  state: Exclude<CommentState, 'removed'>;
  requestKey: string;
}

const COLUMNS = 'id, video_id AS videoId, user_id AS userId, content, state, created_at AS createdAt';

/**
 * Changes of comments. Each is one transaction: the row, its review, its event, and last the video's counter, which is the
 * one row that many writers meet at, so it is locked as briefly as can be.
 */
@Injectable()
export class CommentRepository {
  constructor(
    private readonly db: Database,
    private readonly counters: CommentCounters,
    private readonly outbox: Outbox,
  ) {}

  /** Stores a comment; a repeated request key gives the first one and stores nothing. */
  add(comment: NewComment): Promise<CommentRow> {
    return this.db.transaction(async (tx) => {
      const row = { ...comment, createdAt: Date.now() };
      const id = await this.insert(tx, row);
      if (id === undefined) return this.byRequest(tx, comment.userId, comment.requestKey);
      const stored: CommentRow = {
        id,
        videoId: row.videoId,
        userId: row.userId,
        content: row.content,
        state: row.state,
        createdAt: row.createdAt,
      };
      if (stored.state === 'review') {
        await tx.insert('comment_reviews', [{ comment_id: id, video_id: stored.videoId, user_id: stored.userId }]);
      } else await this.appear(tx, stored);
      return stored;
    });
  }

  find(id: number): Promise<CommentRow | undefined> {
    return this.db.one<CommentRow>(`SELECT ${COLUMNS} FROM comments WHERE id = ?`, [id]);
  }

  /** Takes a comment away; one that is gone already stays so. */
  remove(id: number): Promise<void> {
    return this.db.transaction(async (tx) => {
      const row = await this.lock(tx, id);
      if (!row || row.state === 'removed') return;
      await this.setState(tx, row, 'removed');
      if (row.state === 'visible') await this.disappear(tx, row);
    });
  }

  /**
   * Decides on a comment under review.
   *
   * @returns its state now: not the wanted one when it was decided otherwise before; undefined when there is none
   */
  resolve(id: number, approve: boolean): Promise<CommentState | undefined> {
    return this.db.transaction(async (tx) => {
      const row = await this.lock(tx, id);
      if (row?.state !== 'review') return row?.state;
      const state = approve ? 'visible' : 'removed';
      await this.setState(tx, row, state);
      if (approve) await this.appear(tx, row);
      return state;
    });
  }

  /**
   * Takes up to `limit` comments of a video away.
   *
   * @returns how many; 0 = none is left
   */
  purge(videoId: number, limit: number): Promise<number> {
    return this.db.transaction(async (tx) => {
      const rows = await tx.query<{ id: number; state: CommentState }>(
        `SELECT id, state FROM comments WHERE video_id = ? AND state IN ('visible', 'review') ORDER BY id LIMIT ? FOR UPDATE`,
        [videoId, limit],
      );
      if (rows.length === 0) return 0;
      const ids = rows.map((row) => row.id);
      await tx.execute(`UPDATE comments SET state = 'removed' WHERE id IN (?)`, [ids]);
      await tx.execute('DELETE FROM comment_reviews WHERE comment_id IN (?)', [ids]);
      const visible = rows.filter((row) => row.state === 'visible').length;
      if (visible > 0) await this.counters.add(tx, [{ id: videoId, field: 'comment_count', delta: -visible }]);
      return rows.length;
    });
  }

  /** @returns undefined when the author's request key was used before */
  private async insert(tx: Tx, row: NewComment & { createdAt: number }): Promise<number | undefined> {
    const { videoId, userId, content, state, requestKey, createdAt } = row;
    const columns = { video_id: videoId, user_id: userId, content, state, request_key: requestKey, created_at: createdAt };
    try {
      return (await tx.insert('comments', [columns])).insertId;
    } catch (error) {
      if (isDuplicate(error)) return undefined;
      throw error;
    }
  }

  private async byRequest(tx: Tx, userId: number, requestKey: string): Promise<CommentRow> {
    const row = await tx.one<CommentRow>(`SELECT ${COLUMNS} FROM comments WHERE user_id = ? AND request_key = ?`, [userId, requestKey]);
    if (!row) throw new Error('a comment with this request key was refused as a duplicate and is not there');
    return row;
  }

  private lock(tx: Tx, id: number): Promise<CommentRow | undefined> {
    return tx.one<CommentRow>(`SELECT ${COLUMNS} FROM comments WHERE id = ? FOR UPDATE`, [id]);
  }

  private async setState(tx: Tx, row: CommentRow, state: CommentState): Promise<void> {
    await tx.execute('UPDATE comments SET state = ? WHERE id = ?', [state, row.id]);
    if (row.state === 'review') await tx.execute('DELETE FROM comment_reviews WHERE comment_id = ?', [row.id]);
  }

  private async appear(tx: Tx, { id, videoId, userId }: CommentRow): Promise<void> {
    await this.outbox.append(tx, CommentPostedEvent, { commentId: id, videoId, userId });
    await this.counters.add(tx, [{ id: videoId, field: 'comment_count', delta: 1 }]);
  }

  private async disappear(tx: Tx, { id, videoId, userId }: CommentRow): Promise<void> {
    await this.outbox.append(tx, CommentDeletedEvent, { commentId: id, videoId, userId });
    await this.counters.add(tx, [{ id: videoId, field: 'comment_count', delta: -1 }]);
  }
}
