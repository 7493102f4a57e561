import type { Tx } from '@doul/data';
import { Injectable } from '@nestjs/common';
import { Cards } from './cards.js';
import { FeedIndex } from './feed-index.js';

/** What Redis holds of videos, kept in step with their states. */
@Injectable()
export class VideoCopies {
  constructor(
    private readonly cards: Cards,
    private readonly feed: FeedIndex,
  ) {}

  /** After a commit that changed a video. */
  changed(id: number): Promise<void> {
    return this.cards.forget([id]);
  }

  /** For a transaction that publishes a video. */
  publishedAfter(tx: Tx, id: number): void {
    tx.afterCommit(() => this.changed(id));
    tx.afterCommit(() => this.feed.extend());
  }

  /** Takes a removed video out of the copies. */
  async removed(id: number, authorId: number): Promise<void> {
    await Promise.all([this.cards.forget([id]), this.feed.drop(id, authorId)]);
  }

  /** A worker that died right after its commit has not refreshed the copies. */
  async refresh(id: number): Promise<void> {
    await this.cards.forget([id]);
    await this.feed.extend();
  }
}
