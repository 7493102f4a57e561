import { Database } from '@doul/data';
import { Injectable } from '@nestjs/common';

/** A published video's place in the feed. */
export interface FeedPosition {
  videoId: number;
  authorId: number;
  /** Unix ms, unique. */
  feedTime: number;
}

const SELECT = 'SELECT id AS videoId, author_id AS authorId, feed_time AS feedTime FROM videos';

/** The feed as MySQL has it; only published videos have a feed time. */
@Injectable()
export class FeedRepository {
  constructor(private readonly database: Database) {}

  newest(limit: number): Promise<FeedPosition[]> {
    return this.database.query(`${SELECT} WHERE feed_time IS NOT NULL ORDER BY feed_time DESC LIMIT ?`, [limit]);
  }

  /** Strictly before a position, latest first. */
  before(feedTime: number, limit: number): Promise<FeedPosition[]> {
    return this.database.query(`${SELECT} WHERE feed_time < ? ORDER BY feed_time DESC LIMIT ?`, [feedTime, limit]);
  }

  /** Strictly after a position, oldest first. */
  after(feedTime: number, limit: number): Promise<FeedPosition[]> {
    return this.database.query(`${SELECT} WHERE feed_time > ? ORDER BY feed_time LIMIT ?`, [feedTime, limit]);
  }
}
