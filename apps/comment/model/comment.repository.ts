import { CommentDeletedEvent, CommentPostedEvent, type CommentChanged, type EventDefinition } from '@doul/contracts';
import { Database, type Tx } from '@doul/data';
import { Outbox } from '@doul/events';
import { Injectable } from '@nestjs/common';
import { insertComments } from './comment-insert.js';
import type { CommentRow, CommentState, NewComment } from './comment.js';
import { CommentCounters } from './counters.js';
import { ListVersions } from './list-versions.js';

const COLUMNS = 'id, video_id AS videoId, user_id AS userId, content, state, created_at AS createdAt';

/**
 * Changes of comments. Each is one transaction: the rows, their reviews, their events, and last the videos' counters, which are the
 * rows that many writers meet at, so they are locked as briefly as can be. After the commit the lists get new versions.
 */
@Injectable()
export class CommentRepository {
  constructor(
    private readonly db: Database,
    private readonly counters: CommentCounters,
    private readonly outbox: Outbox,
    private readonly versions: ListVersions,
  ) {}

  /**
   * Stores comments in one transaction of a handful of statements, however many there are. A request key that its author has used
   * before, also within the batch, gives the first comment and stores nothing.
   *
   * @returns in the order given
   */
  addAll(comments: readonly NewComment[]): Promise<CommentRow[]> {
    return this.db.transaction(async (tx) => {
      const { rows, added, known } = await insertComments(tx, comments);
      await this.arrive(tx, added);
      // Its first request may not have come to raise the version yet.
      if (known.length > 0) this.raiseAfterCommit(tx, known);
      return rows;
    });
  }

  find(id: number): Promise<CommentRow | undefined> {
    return this.db.one<CommentRow>(`SELECT ${COLUMNS} FROM comments WHERE id = ?`, [id]);
  }

  /** Takes a comment away; one that is gone already stays so. */
  remove(id: number): Promise<void> {
    return this.db.transaction(async (tx) => {
      const row = await this.lock(tx, id);
      if (!row) return;
      this.raiseAfterCommit(tx, [row]);
      if (row.state === 'removed') return;
      await this.setState(tx, row, 'removed');
      if (row.state === 'visible') await this.count(tx, CommentDeletedEvent, [row], -1);
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
      if (approve) await this.count(tx, CommentPostedEvent, [row], 1);
      this.raiseAfterCommit(tx, [row]);
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
      this.raiseAfterCommit(tx, [{ videoId }]);
      if (visible > 0) await this.counters.add(tx, [{ id: videoId, field: 'comment_count', delta: -visible }]);
      return rows.length;
    });
  }

  private lock(tx: Tx, id: number): Promise<CommentRow | undefined> {
    return tx.one<CommentRow>(`SELECT ${COLUMNS} FROM comments WHERE id = ? FOR UPDATE`, [id]);
  }

  private async setState(tx: Tx, row: CommentRow, state: CommentState): Promise<void> {
    await tx.execute('UPDATE comments SET state = ? WHERE id = ?', [state, row.id]);
    if (row.state === 'review') await tx.execute('DELETE FROM comment_reviews WHERE comment_id = ?', [row.id]);
  }

  private async arrive(tx: Tx, rows: readonly CommentRow[]): Promise<void> {
    const held = rows.filter((row) => row.state === 'review');
    const reviews = held.map(({ id, videoId, userId }) => ({ comment_id: id, video_id: videoId, user_id: userId }));
    await tx.insert('comment_reviews', reviews);
    const visible = rows.filter((row) => row.state === 'visible');
    await this.count(tx, CommentPostedEvent, visible, 1);
    this.raiseAfterCommit(tx, rows);
  }

  /** Announces and counts comments that everybody can see from now on, or nobody any more. */
  private async count(tx: Tx, event: EventDefinition<CommentChanged>, rows: readonly CommentRow[], delta: 1 | -1): Promise<void> {
    const changes = rows.map(({ id, videoId, userId }) => ({ commentId: id, videoId, userId }));
    await this.outbox.appendAll(tx, event, changes);
    const deltas = rows.map(({ videoId }) => ({ id: videoId, field: 'comment_count' as const, delta }));
    await this.counters.add(tx, deltas);
  }

  /** The lists are named anew before anybody is told of the change, so nobody who knows of it is shown an old page. */
  private raiseAfterCommit(tx: Tx, rows: readonly { videoId: number }[]): void {
    if (rows.length > 0) tx.afterCommit(() => this.versions.raise(rows.map((row) => row.videoId)));
  }
}
