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
   * @param committed called as soon as they are stored, before the lists have their new versions
   * @returns in the order given
   */
  addAll(comments: readonly NewComment[], committed: () => void = () => undefined): Promise<CommentRow[]> {
    return this.db.transaction(async (tx) => {
      const [{ rows, added }] = await Promise.all([insertComments(tx, comments), this.renameLists(tx, comments, committed)]);
      // Those that were there may be another video's, and their first request may not have come to do so yet.
      const named = new Set(comments.map(({ videoId }) => videoId));
      const others = rows.filter(({ videoId }) => !named.has(videoId));
      if (others.length > 0) await this.renameLists(tx, others);
      this.arrive(tx, added);
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
      await this.renameLists(tx, [row]);
      if (row.state === 'removed') return;
      this.setState(tx, row, 'removed');
      if (row.state === 'visible') this.count(tx, CommentDeletedEvent, [row], -1);
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
      await this.renameLists(tx, [row]);
      this.setState(tx, row, state);
      if (approve) this.count(tx, CommentPostedEvent, [row], 1);
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
      const rows = await this.lockSome(tx, videoId, 'visible', limit);
      if (rows.length < limit) rows.push(...(await this.lockSome(tx, videoId, 'review', limit - rows.length)));
      if (rows.length === 0) return 0;
      const ids = rows.map((row) => row.id);
      tx.defer(`UPDATE comments SET state = 'removed' WHERE id IN (?)`, [ids]);
      tx.defer('DELETE FROM comment_reviews WHERE comment_id IN (?)', [ids]);
      const visible = rows.filter((row) => row.state === 'visible').length;
      await this.renameLists(tx, [{ videoId }]);
      if (visible > 0) this.counters.add(tx, [{ id: videoId, field: 'comment_count', delta: -visible }]);
      return rows.length;
    });
  }

  /** Comments of one state are neighbours in the index: no others are looked at, nor locked. */
  private lockSome(tx: Tx, videoId: number, state: CommentState, limit: number): Promise<{ id: number; state: CommentState }[]> {
    return tx.query(
      'SELECT id, state FROM comments FORCE INDEX (ix_comments_video) WHERE video_id = ? AND state = ? ORDER BY id LIMIT ? FOR UPDATE',
      [videoId, state, limit],
    );
  }

  private lock(tx: Tx, id: number): Promise<CommentRow | undefined> {
    return tx.one<CommentRow>(`SELECT ${COLUMNS} FROM comments WHERE id = ? FOR UPDATE`, [id]);
  }

  private setState(tx: Tx, row: CommentRow, state: CommentState): void {
    tx.defer('UPDATE comments SET state = ? WHERE id = ?', [state, row.id]);
    if (row.state === 'review') tx.defer('DELETE FROM comment_reviews WHERE comment_id = ?', [row.id]);
  }

  private arrive(tx: Tx, rows: readonly CommentRow[]): void {
    const held = rows.filter((row) => row.state === 'review');
    const reviews = held.map(({ id, videoId, userId }) => ({ comment_id: id, video_id: videoId, user_id: userId }));
    tx.deferInsert('comment_reviews', reviews);
    const visible = rows.filter((row) => row.state === 'visible');
    this.count(tx, CommentPostedEvent, visible, 1);
  }

  /** Announces and counts comments that everybody can see from now on, or nobody any more. */
  private count(tx: Tx, event: EventDefinition<CommentChanged>, rows: readonly CommentRow[], delta: 1 | -1): void {
    const changes = rows.map(({ id, videoId, userId }) => ({ commentId: id, videoId, userId }));
    this.outbox.appendAll(tx, event, changes);
    const deltas = rows.map(({ videoId }) => ({ id: videoId, field: 'comment_count' as const, delta }));
    this.counters.add(tx, deltas);
  }

  /**
   * The lists are named anew before anybody is told of the change, so nobody who knows of it is shown an old page; and before the
   * commit, so that pages made since are not kept for long if this process dies on the way.
   */
  private async renameLists(tx: Tx, rows: readonly { videoId: number }[], committed?: () => void): Promise<void> {
    const videoIds = rows.map((row) => row.videoId);
    tx.afterCommit(() => {
      const raised = this.versions.raise(videoIds);
      // Only now: what the next transaction announces of the same lists has to come after it.
      committed?.();
      return raised;
    });
    await this.versions.announce(videoIds);
  }
}
