import { Database } from '@doul/data';
import { Injectable } from '@nestjs/common';
import type { CommentRow } from './comment.js';

const COLUMNS = 'c.id, c.video_id AS videoId, c.user_id AS userId, c.content, c.state, c.created_at AS createdAt';

/** Pages of comments by keyset, each one statement whose cost depends on the page only. */
@Injectable()
export class CommentListRepository {
  constructor(private readonly db: Database) {}

  /**
   * Comments of a video that the viewer may see, newest first: the visible ones and the viewer's own under review.
   *
   * The indexes are forced: MariaDB (10.11) would find the video's rows by the equal columns alone and walk past all newer ones, which
   * for the 500,000th comment of a video are 500,000.
   *
   * @param beforeId exclusive
   */
  ofVideo(videoId: number, viewerId: number, beforeId: number, limit: number): Promise<CommentRow[]> {
    const visible = `(SELECT ${COLUMNS} FROM comments c FORCE INDEX (ix_comments_video)
      WHERE c.video_id = ? AND c.state = 'visible' AND c.id < ? ORDER BY c.id DESC LIMIT ?)`;
    if (viewerId === 0) return this.db.query<CommentRow>(visible, [videoId, beforeId, limit]);
    const own = `(SELECT ${COLUMNS} FROM comment_reviews r FORCE INDEX (ix_reviews_author) JOIN comments c ON c.id = r.comment_id
      WHERE r.video_id = ? AND r.user_id = ? AND r.comment_id < ? ORDER BY r.comment_id DESC LIMIT ?)`;
    const params = [videoId, beforeId, limit, videoId, viewerId, beforeId, limit, limit];
    return this.db.query<CommentRow>(`${visible} UNION ALL ${own} ORDER BY id DESC LIMIT ?`, params);
  }

  /** Users who have comments under review on a video. */
  async authorsInReview(videoId: number, limit: number): Promise<number[]> {
    const rows = await this.db.query<{ userId: number }>(
      'SELECT DISTINCT user_id AS userId FROM comment_reviews WHERE video_id = ? LIMIT ?',
      [videoId, limit],
    );
    return rows.map((row) => row.userId);
  }

  /** Comments under review, oldest first. */
  inReview(afterId: number, limit: number): Promise<CommentRow[]> {
    return this.db.query<CommentRow>(
      `SELECT ${COLUMNS} FROM comment_reviews r JOIN comments c ON c.id = r.comment_id WHERE r.comment_id > ? ORDER BY r.comment_id LIMIT ?`,
      [afterId, limit],
    );
  }

  /** Ids of videos that have comments or a counter, ascending. */
  async videosAfter(afterId: number, limit: number): Promise<number[]> {
    const rows = await this.db.query<{ id: number }>(
      `(SELECT DISTINCT video_id AS id FROM comments WHERE video_id > ? ORDER BY video_id LIMIT ?)
       UNION (SELECT id FROM comment_counters WHERE id > ? ORDER BY id LIMIT ?) ORDER BY id LIMIT ?`,
      [afterId, limit, afterId, limit, limit],
    );
    return rows.map((row) => row.id);
  }

  /** Visible comments of videos, counted; for reconciliation only. */
  async countVisible(videoIds: readonly number[]): Promise<Map<number, number>> {
    const rows = await this.db.byIds<{ id: number; n: number }>(
      `SELECT video_id AS id, COUNT(*) AS n FROM comments WHERE state = 'visible' AND video_id IN (?) GROUP BY video_id`,
      videoIds,
    );
    return new Map(rows.map((row) => [row.id, row.n]));
  }

  /** Stored counters of videos, which a transaction may be about to change. */
  async storedCounts(videoIds: readonly number[]): Promise<Map<number, number>> {
    const rows = await this.db.byIds<{ id: number; n: number }>(
      'SELECT id, comment_count AS n FROM comment_counters WHERE id IN (?)',
      videoIds,
    );
    return new Map(rows.map((row) => [row.id, row.n]));
  }
}
