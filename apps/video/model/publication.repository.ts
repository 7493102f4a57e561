import { VideoPublishedEvent, VideoRemovedEvent } from '@doul/contracts';
import { Database, type Tx } from '@doul/data';
import { Outbox } from '@doul/events';
import { Injectable } from '@nestjs/common';
import { UserCounters } from './counters.js';
import { nextFeedTime } from './feed-time.js';
import { TOLD, type Step } from './media-job.js';
import { MediaJobRepository, type Claim, type Failure } from './media-job.repository.js';
import { namesIn, StatusLog } from './status-log.js';
import { VideoCopies } from './video-copies.js';
import { VIDEO_COLUMNS, type StateName, type StoredVideo } from './video.js';

/** What the first rendition's files are, as published. */
export interface Publication {
  /** Folder of the files, see media-keys.ts. */
  readonly mediaSet: string;
  readonly coverKey: string;
  readonly blurhash: string;
  /** JSON of the renditions made. */
  readonly renditions: string;
}

/** What a probe found, as shown. */
export interface Measures {
  readonly width: number;
  readonly height: number;
  readonly durationMs: number;
}

/** What a removed video may have left behind. */
export interface Leftovers {
  authorId: number;
  objectKey: string;
  coverKey: string;
  mediaSet: string;
  /** Unix ms. */
  removedAt: number;
}

export type Removal = 'removed' | 'not-yours' | 'unknown';

const LOCKED = `SELECT ${VIDEO_COLUMNS} FROM videos v WHERE v.id = ?`;

/** How far a video is in percent when it was probed; the rest is its first rendition. */
export const PROBED_PERCENT = 20;

/**
 * The changes of a video's state. Each is one transaction that also ends the job which caused it, so that a worker that lost its
 * lease changes nothing; the copies in Redis are refreshed after the commit.
 */
@Injectable()
export class PublicationRepository {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly jobs: MediaJobRepository,
    private readonly status: StatusLog,
    private readonly copies: VideoCopies,
    private readonly counters: UserCounters,
  ) {}

  /** Says that the worker has begun, or how far it is; false when its job is no longer its own. */
  progressed(claim: Claim, state: 'probing' | 'transcoding', percent: number): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const video = await this.jobs.lock(tx, claim);
      if (!video) return false;
      if (video.state !== state) await this.setState(tx, video.id, state);
      await this.status.append(tx, video.id, { state, percent });
      return true;
    });
  }

  /** The upload is a video that we can show: its first rendition is next. */
  probed(claim: Claim, measures: Measures, argument: object): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const video = await this.jobs.lock(tx, claim);
      if (!video) return false;
      const { width, height, durationMs } = measures;
      const sql = 'UPDATE videos SET width = ?, height = ?, duration_ms = ? WHERE id = ?';
      await tx.execute(sql, [width, height, durationMs, video.id]);
      await this.setState(tx, video.id, 'transcoding');
      await this.jobs.done(tx, claim);
      await this.jobs.add(tx, video.id, 'first', argument);
      await this.status.append(tx, video.id, { state: 'transcoding', percent: PROBED_PERCENT });
      return true;
    });
  }

  /** Publishes a video at the head of the feed; false when the worker's job is no longer its own. */
  publish(claim: Claim, made: Publication, next: readonly { step: Step; argument: object }[]): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const video = await this.jobs.lock(tx, claim);
      if (!video) return false;
      const { id, authorId } = video;
      this.counters.add(tx, [{ id: authorId, field: 'work_count', delta: 1 }]);
      this.outbox.append(tx, VideoPublishedEvent, { videoId: id, authorId, version: video.version + 1 });
      await this.jobs.done(tx, claim);
      for (const { step, argument } of next) await this.jobs.add(tx, id, step, argument);
      await this.status.append(tx, id, { state: 'published', percent: 100, renditions: namesIn(made.renditions) });
      this.copies.publishedAfter(tx, id);
      // Last, because everybody who publishes waits for the clock until this commits.
      const now = Date.now();
      const feedTime = await this.tick(tx, now);
      const sql = `UPDATE videos SET state = 'published', reason = '', version = version + 1, feed_time = ?, published_at = ?, state_at = ?,
        cover_key = ?, media_set = ?, blurhash = ?, renditions = ? WHERE id = ?`;
      await tx.execute(sql, [feedTime, now, now, made.coverKey, made.mediaSet, made.blurhash, made.renditions, id]);
      return true;
    });
  }

  /** Ends a video's processing because of what it is. @param keepOriginal whether the upload stays */
  reject(claim: Claim, reason: string, keepOriginal = true): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const video = await this.jobs.lock(tx, claim);
      if (!video) return false;
      await this.jobs.done(tx, claim);
      await this.end(tx, video.id, 'rejected', reason);
      if (!keepOriginal) await tx.execute('UPDATE videos SET original = 0 WHERE id = ?', [video.id]);
      return true;
    });
  }

  /**
   * Notes that a step ended in an error: it waits for its next try, or it failed for good and with it a video that is not published.
   * One that is published keeps the renditions that it has.
   */
  failed(claim: Claim, error: string): Promise<Failure> {
    return this.database.transaction(async (tx) => {
      const video = await this.jobs.lock(tx, claim);
      if (!video) return 'lost';
      const outcome = await this.jobs.failed(tx, claim, error);
      if (outcome === 'retry') return outcome;
      if (video.state !== 'published') await this.end(tx, video.id, 'failed', 'processing-failed');
      else if (TOLD.includes(claim.job.step))
        await this.status.append(tx, video.id, { state: 'published', percent: 100, renditions: namesIn(video.renditions) });
      return outcome;
    });
  }

  /** Makes a failed step, and the video that it made fail, wait again; false when there is no such job or it has not failed. */
  retry(jobId: number): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const job = await this.jobs.byId(jobId);
      const video = job && (await tx.one<StoredVideo>(`${LOCKED} FOR UPDATE`, [job.videoId]));
      if (!job || !video || video.state === 'removed' || !(await this.jobs.isFailed(tx, jobId))) return false;
      if (video.state === 'failed') {
        const state = job.step === 'probe' ? 'uploaded' : 'transcoding';
        await this.setState(tx, video.id, state);
        await this.status.append(tx, video.id, { state, percent: state === 'uploaded' ? 0 : PROBED_PERCENT });
      }
      await this.jobs.add(tx, job.videoId, job.step, job.argument === null ? null : (JSON.parse(job.argument) as object));
      return true;
    });
  }

  private async end(tx: Tx, id: number, state: 'rejected' | 'failed', reason: string): Promise<void> {
    await tx.execute('UPDATE videos SET reason = ? WHERE id = ?', [reason, id]);
    await this.setState(tx, id, state);
    await this.status.append(tx, id, { state, percent: 100, reason });
  }

  private async setState(tx: Tx, id: number, state: StateName): Promise<void> {
    const reason = state === 'rejected' || state === 'failed' ? '' : ", reason = ''";
    await tx.execute(`UPDATE videos SET state = ?, version = version + 1, state_at = ?${reason} WHERE id = ?`, [state, Date.now(), id]);
    tx.afterCommit(() => this.copies.changed(id));
  }

  /** Removes a video for everybody; its row stays as a tombstone, and the worker purges what belongs to it. */
  remove(userId: number, id: number): Promise<Removal> {
    return this.database.transaction(async (tx) => {
      const video = await tx.one<StoredVideo>(`${LOCKED} FOR UPDATE`, [id]);
      if (!video) return 'unknown';
      // Nobody else is told of a video that they cannot see.
      if (video.authorId !== userId) return video.state === 'published' ? 'not-yours' : 'unknown';
      if (video.state === 'removed') return 'removed';
      const sql = `UPDATE videos SET state = 'removed', version = version + 1, feed_time = NULL, leftovers = 1, state_at = ? WHERE id = ?`;
      await tx.execute(sql, [Date.now(), id]);
      // A job that nobody may take would keep everything behind it waiting.
      await this.jobs.drop(tx, id);
      if (video.state === 'published') this.counters.add(tx, [{ id: userId, field: 'work_count', delta: -1 }]);
      this.outbox.append(tx, VideoRemovedEvent, { videoId: id, authorId: userId, version: video.version + 1 });
      await this.status.append(tx, id, { state: 'removed', percent: 100 });
      tx.afterCommit(() => Promise.all([this.copies.removed(id, userId), this.counters.project([userId])]));
      return 'removed';
    });
  }

  /** Removed videos that something may still belong to. */
  async unpurged(limit: number): Promise<number[]> {
    const sql = 'SELECT id FROM videos WHERE leftovers = 1 ORDER BY state_at LIMIT ?';
    return (await this.database.query<{ id: number }>(sql, [limit])).map((row) => row.id);
  }

  /** A removed video that something may still belong to; undefined when there is nothing to do. */
  leftovers(id: number): Promise<Leftovers | undefined> {
    const sql = `SELECT author_id AS authorId, object_key AS objectKey, cover_key AS coverKey, media_set AS mediaSet, state_at AS removedAt
      FROM videos WHERE id = ? AND leftovers = 1`;
    return this.database.one(sql, [id]);
  }

  async purged(id: number): Promise<void> {
    await this.database.execute('UPDATE videos SET leftovers = 0 WHERE id = ?', [id]);
  }

  /** The next feed time, under a lock that is held until the transaction ends: commits happen in feed order. */
  private async tick(tx: Tx, now: number): Promise<number> {
    const clock = await tx.one<{ last: number }>('SELECT last_time AS last FROM feed_clock WHERE id = 1 FOR UPDATE');
    const feedTime = nextFeedTime(now, clock?.last ?? 0);
    await tx.execute('UPDATE feed_clock SET last_time = ? WHERE id = 1', [feedTime]);
    return feedTime;
  }
}
