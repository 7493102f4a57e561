import { RenditionsDueEvent, VideoDueEvent } from '@doul/contracts';
import { Database, type SqlParam, type Tx } from '@doul/data';
import { Outbox, RETRY_DELAYS_MS } from '@doul/events';
import { Injectable } from '@nestjs/common';
import { FOREGROUND, JOB_COLUMNS, MAX_CLAIMS, STEPS, type MediaJob, type Step } from './media-job.js';
import { VIDEO_COLUMNS, type StoredVideo } from './video.js';

/** How long a worker owns a job without saying so again, in ms; a killed worker costs its video that much. */
export const LEASE_MS = 15_000;

export interface ClaimedVideo extends StoredVideo {
  sizeBytes: number;
  /** Expected hash of the upload, hexadecimal; empty = none was given. */
  sha256: string;
  /** JSON of the renditions made; null = none. */
  renditions: string | null;
}

/** A job that this worker owns, and its video. */
export interface Claim {
  readonly job: MediaJob;
  readonly owner: string;
  readonly video: ClaimedVideo;
}

export type Failure = 'retry' | 'failed' | 'lost';

const VIDEO = `SELECT ${VIDEO_COLUMNS}, v.size_bytes AS sizeBytes, v.sha256, v.renditions FROM videos v WHERE v.id = ?`;
const IS_DUE = "((state = 'waiting' AND run_at <= ?) OR (state = 'running' AND lease_until < ?))";

/**
 * The jobs of the media pipeline. The row of a job is the truth; messages on the broker only say that it is worth looking. Whoever
 * changes a video and a job locks the video first.
 */
@Injectable()
export class MediaJobRepository {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
  ) {}

  /** Adds a step, or makes one that ended wait again, and wakes a worker. */
  async add(tx: Tx, videoId: number, step: Step, argument: object | null = null): Promise<void> {
    const now = Date.now();
    const sql = `INSERT INTO media_jobs (video_id, step, state, run_at, woken_at, argument, created_at, state_at) VALUES (?, ?, 'waiting', ?, ?, ?, ?, ?)
      ON DUPLICATE KEY UPDATE state = 'waiting', claims = 0, failures = 0, percent = 0, lease_owner = '', scratch = '', error = '', run_at = VALUES(run_at),
        woken_at = VALUES(woken_at), argument = VALUES(argument), state_at = VALUES(state_at)`;
    await tx.execute(sql, [videoId, step, now, now, argument && JSON.stringify(argument), now, now]);
    await this.wake(tx, videoId, step);
  }

  /** Forgets what a video waits for; whoever works on it notices when it renews its lease. */
  async drop(tx: Tx, videoId: number): Promise<void> {
    await tx.execute('DELETE FROM media_jobs WHERE video_id = ?', [videoId]);
  }

  private async wake(tx: Tx, videoId: number, step: Step): Promise<void> {
    this.outbox.append(tx, FOREGROUND.includes(step) ? VideoDueEvent : RenditionsDueEvent, { videoId });
  }

  /**
   * Takes the first of these steps of a video that is due; whoever had it before can no longer finish it.
   *
   * @returns undefined when none is due
   */
  claim(videoId: number, steps: readonly Step[], owner: string): Promise<Claim | undefined> {
    return this.database.transaction(async (tx) => {
      const video = await tx.one<ClaimedVideo>(`${VIDEO} FOR UPDATE`, [videoId]);
      if (!video || video.state === 'removed') return undefined;
      const now = Date.now();
      const sql = `SELECT ${JOB_COLUMNS} FROM media_jobs j WHERE video_id = ? AND step IN (?) AND ${IS_DUE} FOR UPDATE`;
      const due = await tx.query<MediaJob>(sql, [videoId, [...steps], now, now]);
      const job = due.sort((a, b) => STEPS.indexOf(a.step) - STEPS.indexOf(b.step))[0];
      if (!job) return undefined;
      const update = `UPDATE media_jobs SET state = 'running', claims = claims + 1, lease_owner = ?, lease_until = ?, state_at = ? WHERE id = ?`;
      await tx.execute(update, [owner, now + LEASE_MS, now, job.id]);
      return { job: { ...job, claims: job.claims + 1 }, owner, video };
    });
  }

  /** Says that the worker is still at it; false when the job is no longer its own. */
  async renew({ job, owner }: Claim, percent: number): Promise<boolean> {
    const sql = "UPDATE media_jobs SET lease_until = ?, percent = ? WHERE id = ? AND state = 'running' AND lease_owner = ?";
    return (await this.database.execute(sql, [Date.now() + LEASE_MS, percent, job.id, owner])).affected > 0;
  }

  /** Says where a try is about to store objects, so that the next one can remove what a killed one left; false as in `renew`. */
  async setScratch({ job, owner }: Claim, scratch: string): Promise<boolean> {
    const sql = "UPDATE media_jobs SET scratch = ? WHERE id = ? AND state = 'running' AND lease_owner = ?";
    return (await this.database.execute(sql, [scratch, job.id, owner])).affected > 0;
  }

  /** Locks video and job, if the worker still owns the job and the video was not removed. */
  async lock(tx: Tx, { job, owner }: Claim): Promise<ClaimedVideo | undefined> {
    const video = await tx.one<ClaimedVideo>(`${VIDEO} FOR UPDATE`, [job.videoId]);
    const sql = "SELECT id FROM media_jobs WHERE id = ? AND state = 'running' AND lease_owner = ? FOR UPDATE";
    const own = await tx.one(sql, [job.id, owner]);
    return own && video?.state !== 'removed' ? video : undefined;
  }

  /** Ends a job, within a transaction that has locked it. */
  async done(tx: Tx, { job }: Claim): Promise<void> {
    const sql = "UPDATE media_jobs SET state = 'done', percent = 100, lease_owner = '', error = '', state_at = ? WHERE id = ?";
    await tx.execute(sql, [Date.now(), job.id]);
  }

  /** Notes an error within a transaction that has locked the job: the job waits, or has failed for good. */
  async failed(tx: Tx, { job }: Claim, error: string): Promise<Exclude<Failure, 'lost'>> {
    // As long as the broker keeps the message that brings it again.
    const pause = RETRY_DELAYS_MS[job.failures];
    const isOver = pause === undefined || job.claims >= MAX_CLAIMS;
    const now = Date.now();
    const sql = `UPDATE media_jobs SET state = ?, failures = failures + 1, lease_owner = '', error = ?, run_at = ?, woken_at = ?, state_at = ? WHERE id = ?`;
    const runAt = now + (pause ?? 0);
    await tx.execute(sql, [isOver ? 'failed' : 'waiting', error.slice(0, 500), runAt, runAt, now, job.id]);
    return isOver ? 'failed' : 'retry';
  }

  /** Gives a job back unfinished, as a stopping worker does: it is due again at once. */
  async release({ job, owner }: Claim): Promise<void> {
    await this.database.transaction(async (tx) => {
      const sql = `UPDATE media_jobs SET state = 'waiting', claims = claims - 1, lease_owner = '', state_at = ?
        WHERE id = ? AND state = 'running' AND lease_owner = ?`;
      const { affected } = await tx.execute(sql, [Date.now(), job.id, owner]);
      if (affected > 0) await this.wake(tx, job.videoId, job.step);
    });
  }

  /** Whether any video waits for one of these steps. */
  async isAnyDue(steps: readonly Step[]): Promise<boolean> {
    const now = Date.now();
    return (
      (await this.database.one(`SELECT id FROM media_jobs WHERE step IN (?) AND ${IS_DUE} LIMIT 1`, [[...steps], now, now])) !== undefined
    );
  }

  /** Wakes workers for jobs whose worker died, and for those that were last woken before `wokenBefore` (Unix ms). */
  async wakeStuck(wokenBefore: number, limit: number): Promise<number> {
    return this.database.transaction(async (tx) => {
      const now = Date.now();
      const sql = `SELECT ${JOB_COLUMNS} FROM media_jobs j WHERE (state = 'running' AND lease_until < ?)
        OR (state = 'waiting' AND run_at <= ? AND woken_at < ?) ORDER BY run_at LIMIT ? FOR UPDATE SKIP LOCKED`;
      const jobs = await tx.query<MediaJob>(sql, [now, now, wokenBefore, limit]);
      for (const job of jobs) {
        await tx.execute("UPDATE media_jobs SET state = 'waiting', lease_owner = '', run_at = ?, woken_at = ? WHERE id = ?", [
          now,
          now,
          job.id,
        ]);
        await this.wake(tx, job.videoId, job.step);
      }
      return jobs.length;
    });
  }

  ofVideo(videoId: number): Promise<MediaJob[]> {
    return this.database.query(`SELECT ${JOB_COLUMNS} FROM media_jobs j WHERE video_id = ? ORDER BY id`, [videoId]);
  }

  /** Jobs in a state, the latest first, with ids below `before`; every state when it is empty. */
  list(state: string, before: number, limit: number): Promise<MediaJob[]> {
    const where: string[] = ['j.id < ?'];
    const params: SqlParam[] = [before];
    if (state !== '') {
      where.push('j.state = ?');
      params.push(state);
    }
    return this.database.query(`SELECT ${JOB_COLUMNS} FROM media_jobs j WHERE ${where.join(' AND ')} ORDER BY j.id DESC LIMIT ?`, [
      ...params,
      limit,
    ]);
  }

  /** Locks a job; whether it has failed for good. */
  async isFailed(tx: Tx, id: number): Promise<boolean> {
    return (await tx.one("SELECT id FROM media_jobs WHERE id = ? AND state = 'failed' FOR UPDATE", [id])) !== undefined;
  }

  byId(id: number): Promise<MediaJob | undefined> {
    return this.database.one(`SELECT ${JOB_COLUMNS} FROM media_jobs j WHERE id = ?`, [id]);
  }
}
