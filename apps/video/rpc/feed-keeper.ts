import { childLog } from '@doul/runtime';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { FeedIndex } from '../model/feed-index.js';

const log = childLog('feed');
/** How long a video whose publisher died right after its commit can be missing from the feed, in ms. */
const EVERY_MS = 1_000;

/** Keeps the feed's index complete. */
@Injectable()
export class FeedKeeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private running = false;

  constructor(private readonly feed: FeedIndex) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.extend(), EVERY_MS);
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private async extend(): Promise<void> {
    if (this.running) return;
    this.running = true;
    try {
      await this.feed.extend();
    } catch (error) {
      log.warn({ err: error }, 'the feed index could not be extended');
    } finally {
      this.running = false;
    }
  }
}
