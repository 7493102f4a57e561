import { childLog, holdLease } from '@doul/runtime';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { MediaJobRepository } from '../../model/media-job.repository.js';
import { PublicationRepository } from '../../model/publication.repository.js';
import { StatusLog } from '../../model/status-log.js';
import { Orphans } from './orphans.js';
import { Purge } from './purge.js';
import { removeOrphanedFiles } from '../pipeline/temp-files.js';

const log = childLog('sweeper');
const EVERY_MS = 5_000;
/** How often each process looks after temporary files, in ms. */
const TIDY_MS = 3_600_000;
/** A job that waits this long since it was last announced may have lost its message, in ms; one too many does no harm. */
const UNHEARD_MS = 60_000;
/** How long a video's history is kept, in ms. */
const HISTORY_MS = 7 * 24 * 3_600_000;
/** Entries removed at once, and how often in a row: some 1,000 videos leave as many in five minutes. */
const TRIMMED = 5_000;
const MAX_TRIMS = 20;
/** The store is listed a page every so many rounds: listing costs money, and a file without a video only space. */
const ORPHAN_ROUNDS = 60;
/** Videos or jobs of one round. */
const BATCH = 50;

/** Finds what events and their retries have not finished. */
@Injectable()
export class Sweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private rounds = 0;
  private release: (() => Promise<void>) | undefined;
  private tidying: NodeJS.Timeout | undefined;

  constructor(
    private readonly publications: PublicationRepository,
    private readonly mediaJobs: MediaJobRepository,
    private readonly status: StatusLog,
    private readonly purge: Purge,
    private readonly orphans: Orphans,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.tidy();
    this.tidying = setInterval(() => void this.tidy(), TIDY_MS).unref();
    this.release = holdLease('video-sweeper', (signal) => this.loop(signal));
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.tidying);
    await this.release?.();
  }

  private tidy(): Promise<void> {
    return removeOrphanedFiles().catch((error: unknown) => log.warn({ err: error }, 'files of killed workers stay'));
  }

  private async loop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.round(signal).catch((error: unknown) => log.warn({ err: error }, 'a sweep failed'));
      await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async trimHistory(signal: AbortSignal): Promise<void> {
    for (let n = 0; n < MAX_TRIMS && !signal.aborted; n += 1) {
      if ((await this.status.trim(Date.now() - HISTORY_MS, TRIMMED)) < TRIMMED) return;
    }
  }

  /** One look at everything; one failing video does not keep others waiting. */
  async round(signal: AbortSignal): Promise<void> {
    const jobs = [
      () => this.mediaJobs.wakeStuck(Date.now() - UNHEARD_MS, BATCH),
      ...(await this.publications.unpurged(BATCH)).map((id) => () => this.purge.run(id)),
      ...(this.rounds++ % ORPHAN_ROUNDS === 0 ? [() => this.orphans.sweep(), () => this.trimHistory(signal)] : []),
    ];
    for (const job of jobs) {
      if (signal.aborted) return;
      await job().catch((error: unknown) => log.warn({ err: error }, 'something waits for the next sweep'));
    }
  }
}
