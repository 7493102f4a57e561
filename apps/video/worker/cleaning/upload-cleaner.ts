import { DoulError } from '@doul/contracts';
import { childLog, holdLease } from '@doul/runtime';
import { objectStore, type ObjectStore } from '@doul/storage';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { UploadRepository } from '../../model/upload.repository.js';
import { Uploads } from '../../model/uploads.js';

const log = childLog('upload-cleaner');

const EVERY_MS = 30_000;
/** A completion that takes longer lost its process, in ms: above the deadline of the call. */
const STALLED_MS = 120_000;
/** How long an ended upload still answers what became of it, in ms. */
const REMEMBERED_MS = 7 * 86_400_000;
/** Uploads of one look. */
const BATCH = 100;
/** The store is listed a page every so many rounds: listing costs money. */
const LIST_ROUNDS = 10;
const PAGE = 1_000;

/** Ends what nobody goes on with: finishes completions, removes what has expired, and what the store has without a row. */
@Injectable()
export class UploadCleaner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly objects: ObjectStore = objectStore();
  private release: (() => Promise<void>) | undefined;
  private rounds = 0;
  private cursor = '';

  constructor(
    private readonly rows: UploadRepository,
    private readonly uploads: Uploads,
  ) {}

  onApplicationBootstrap(): void {
    this.release = holdLease('video-upload-cleaner', async (signal) => {
      while (!signal.aborted) {
        await this.round().catch((error: unknown) => log.warn({ err: error }, 'uploads wait for the next round'));
        await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
      }
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.release?.();
  }

  async round(now = Date.now()): Promise<void> {
    await this.finish(now);
    await this.expire(now);
    await this.rows.forget(now - REMEMBERED_MS, BATCH);
    if (this.rounds++ % LIST_ROUNDS === 0) await this.sweepStore(now);
  }

  /** Completions whose process died: their authors were promised a video. */
  async finish(now: number): Promise<void> {
    for (const upload of await this.rows.unfinished(now - STALLED_MS, BATCH)) {
      await this.uploads.complete(upload).then(
        (videoId) => log.info({ upload: upload.id, videoId }, 'a completion was finished'),
        (error: unknown) => log[error instanceof DoulError ? 'info' : 'warn']({ err: error, upload: upload.id }, 'a completion waits'),
      );
    }
  }

  async expire(now: number): Promise<void> {
    for (const upload of await this.rows.expired(now, BATCH)) await this.uploads.end(upload, 'expired');
  }

  /**
   * Looks at the next page of the store's open uploads and removes those that no row is waiting for.
   *
   * @returns how many
   */
  async sweepStore(now = Date.now()): Promise<number> {
    const page = await this.objects.multipart.list('originals/', this.cursor, PAGE);
    this.cursor = page.next;
    const abandoned = await this.uploads.abandoned(page.uploads, now);
    for (const { key, uploadId } of abandoned) await this.objects.multipart.abort(key, uploadId);
    if (abandoned.length > 0) log.info({ count: abandoned.length }, 'abandoned uploads were removed from the store');
    return abandoned.length;
  }
}
