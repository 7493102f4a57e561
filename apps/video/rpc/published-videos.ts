import { WatchedCopies } from '@doul/rpc';
import { runInContext } from '@doul/runtime';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Cards } from '../model/cards.js';
import { VideoRepository } from '../model/video.repository.js';

/** Videos remembered: two numbers each, some 20 MB. */
const MAX_ENTRIES = 200_000;
/** Bounds how long the loss of a note of a removal could be seen, in ms. */
const KEEP_MS = 5 * 60_000;
/** A removal is to be respected within 1 s. */
const TRUSTED_MS = 800;

/** Which videos are published, and by whom, remembered in this process: a like then needs no question about its video. */
@Injectable()
export class PublishedVideos implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly authors;

  constructor(cards: Cards, videos: VideoRepository) {
    this.authors = new WatchedCopies({
      name: 'published-videos',
      poll: (cursor, context) => runInContext(context, () => cards.edits.since(cursor)),
      changedIds: ({ ids }) => ids,
      load: (ids) => videos.publishedAuthors(ids),
      maxEntries: MAX_ENTRIES,
      keepMs: KEEP_MS,
      trustedMs: TRUSTED_MS,
    });
  }

  onApplicationBootstrap(): void {
    this.authors.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.authors.stop();
  }

  /** The author of each of the videos that is published. */
  authorsOf(ids: readonly number[]): Promise<Map<number, number>> {
    return this.authors.getMany(ids);
  }

  /** Those of the videos that are published. */
  async among(ids: readonly number[]): Promise<Set<number>> {
    return new Set((await this.authorsOf(ids)).keys());
  }
}
