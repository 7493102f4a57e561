import { Injectable } from '@nestjs/common';
import { FeedIndex } from './feed-index.js';
import { FeedRepository } from './feed.repository.js';
import type { Checked, Difference } from './difference.js';

/** Compares the feed's index with the published rows. */
@Injectable()
export class FeedCheck {
  constructor(
    private readonly rows: FeedRepository,
    private readonly index: FeedIndex,
  ) {}

  async page(position: string, limit: number): Promise<Checked> {
    const before = position === '' ? Number.MAX_SAFE_INTEGER : Number(position);
    const rows = await this.rows.before(before, limit);
    const ends = rows.length < limit;
    const indexed = await this.index.range(ends ? 0 : (rows.at(-1)?.feedTime ?? 0), before);
    const differences: Difference[] = [];
    if (indexed) {
      const inside = new Map(indexed.rows.map((row) => [row.videoId, row.feedTime]));
      for (const { videoId, feedTime } of rows) {
        if (feedTime < indexed.floor || inside.get(videoId) === feedTime) continue;
        differences.push({ key: `feed:${videoId}`, text: `video ${videoId}: published, but not in the feed's index at ${feedTime}` });
      }
      const published = new Set(rows.map((row) => row.videoId));
      for (const videoId of inside.keys()) {
        if (!published.has(videoId))
          differences.push({ key: `feed:${videoId}`, text: `video ${videoId}: in the feed's index, but not published` });
      }
    }
    return { differences, checked: rows.length, next: ends ? undefined : String(rows.at(-1)?.feedTime ?? 0) };
  }
}
