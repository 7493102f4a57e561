import { Injectable } from '@nestjs/common';
import { Cards } from '../model/cards.js';
import { FeedIndex } from '../model/feed-index.js';
import type { FeedPosition } from '../model/feed.repository.js';
import { VideoRepository } from '../model/video.repository.js';

/** The feed without what is in its index by mistake; what it finds there it puts right. */
@Injectable()
export class VisibleFeed {
  constructor(
    private readonly index: FeedIndex,
    private readonly cards: Cards,
    private readonly videos: VideoRepository,
  ) {}

  /** Published videos strictly before a feed time (0 = from the head), latest first; fewer than `limit` only at the end of the feed. */
  async page(before: number, limit: number): Promise<FeedPosition[]> {
    const found: FeedPosition[] = [];
    for (let from = before; ;) {
      const wanted = limit - found.length;
      const rows = await this.index.page(from, wanted);
      const cards = await this.cards.getMany(rows.map((row) => row.videoId));
      const doubtful = rows.filter((row) => cards.get(row.videoId)?.feedTime !== row.feedTime);
      const gone = doubtful.length > 0 ? await this.correct(doubtful) : new Set<number>();
      found.push(...rows.filter((row) => !gone.has(row.videoId)));
      if (rows.length < wanted || found.length >= limit) return found;
      from = rows.at(-1)?.feedTime ?? 0;
    }
  }

  /** Index and card disagree after a crash between a commit and its copies: MySQL says which of them is wrong. */
  private async correct(doubtful: readonly FeedPosition[]): Promise<Set<number>> {
    const ids = doubtful.map((row) => row.videoId);
    const stored = await this.videos.byIds(ids);
    await this.cards.forget(ids);
    const gone = doubtful.filter((row) => stored.get(row.videoId)?.feedTime !== row.feedTime);
    await this.index.dropAll(gone);
    return new Set(gone.map((row) => row.videoId));
  }
}
