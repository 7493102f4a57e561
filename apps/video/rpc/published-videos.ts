import type { Changes } from '@doul/data';
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

/**
 * Which videos are published, remembered in this process: a like then needs no question about its video. Only for answers that nobody keeps:
 * they may be as old as the latest note of edits.
 */
@Injectable()
export class PublishedVideos implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly authors;

  constructor(
    private readonly cards: Cards,
    videos: VideoRepository,
  ) {
    this.authors = new WatchedCopies({
      name: 'published-videos',
      poll: (cursor, context) => runInContext(context, () => this.editsSince(cursor)),
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

  /** Videos that were published, changed or removed after the cursor. @throws DoulError UNAVAILABLE when Redis is away */
  editsSince(cursor: string): Promise<Changes> {
    return this.cards.edits.since(cursor);
  }

  /** Those of the videos that are published. */
  async among(ids: readonly number[]): Promise<Set<number>> {
    return new Set((await this.authors.getMany(ids)).keys());
  }
}
