import { childLog, metrics } from '@doul/runtime';
import { isStorageProblem, objectStore, type ObjectStore } from '@doul/storage';
import { Injectable } from '@nestjs/common';
import { nanoid } from 'nanoid';
import { PublicationRepository, type ClaimedVideo, type Media } from '../model/publication.repository.js';
import { Cards } from '../model/cards.js';
import { FeedIndex } from '../model/feed-index.js';
import { coverKeyOf } from './cover-key.js';
import type { RejectionReason } from '../video.reasons.js';
import { examine, type Verdict } from './examine.js';
import { withTempFile } from './temp-files.js';

const log = childLog('processing');
const outcomes = metrics.counter('doul_videos_processed_total', 'Videos that left processing', ['outcome']);

/** Tries before a video is given up: what fails so often is not the fault of a passing outage. */
const MAX_ATTEMPTS = 10;
/** How often a worker says that it is still at it, in ms; the sweeper waits for several of these. */
const TOUCH_MS = 20_000;

/** Takes an upload through probe and cover into the feed, or to a reason why not. Killed at any point, it is simply done again. */
@Injectable()
export class Processing {
  private readonly objects: ObjectStore = objectStore();

  constructor(
    private readonly publications: PublicationRepository,
    private readonly cards: Cards,
    private readonly feed: FeedIndex,
  ) {}

  /** @throws whatever may pass with time: then the caller tries again later */
  async process(id: number): Promise<void> {
    const claim = nanoid();
    const video = await this.publications.claim(id, claim);
    if (!video) return this.refresh(id);
    if (video.attempts > MAX_ATTEMPTS) return this.refuse(id, claim, 'failed', 'processing-failed');
    const timer = setInterval(() => void this.publications.touch(id, claim).catch(() => undefined), TOUCH_MS);
    try {
      await this.work(video, claim);
    } finally {
      clearInterval(timer);
    }
  }

  private async work(video: ClaimedVideo, claim: string): Promise<void> {
    const verdict = await withTempFile(this.objects, video.objectKey, examine).catch((error: unknown): Verdict => {
      if (isStorageProblem(error, 'not-found')) return { reason: 'missing' };
      throw error;
    });
    if ('reason' in verdict) return this.refuse(video.id, claim, 'rejected', verdict.reason);
    const coverKey = coverKeyOf(video.objectKey);
    await this.objects.put(coverKey, verdict.cover, { contentType: 'image/jpeg' });
    const { width, height, durationMs } = verdict;
    await this.publish(video, claim, { coverKey, width, height, durationMs });
  }

  private async publish(video: ClaimedVideo, claim: string, media: Media): Promise<void> {
    if (await this.publications.publish(video.id, claim, media)) {
      outcomes.inc({ outcome: 'published' });
      log.info({ video: video.id, ms: Date.now() - video.createdAt }, 'video published');
      return;
    }
    // Removed meanwhile: its purge may have come before the cover. Taken over: the other one makes the same cover.
    await this.cards.forget([video.id]);
    if ((await this.cards.get(video.id))?.state === 'removed') await this.objects.delete([media.coverKey, video.objectKey]);
  }

  private async refuse(id: number, claim: string, state: 'rejected' | 'failed', reason: RejectionReason): Promise<void> {
    if (!(await this.publications.refuse(id, claim, state, reason))) return;
    outcomes.inc({ outcome: state });
    log.info({ video: id, reason }, `video ${state}`);
  }

  /** A worker that died right after its commit has not refreshed the copies. */
  private async refresh(id: number): Promise<void> {
    await this.cards.forget([id]);
    await this.feed.extend();
  }
}
