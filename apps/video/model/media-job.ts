/** Steps of a video's processing, in the order they are taken up. */
export const STEPS = ['probe', 'first', 'cover', 'ladder', 'pictures'] as const;
export type Step = (typeof STEPS)[number];

/** Somebody waits for these; what is behind them comes after all of these of all videos. */
export const FOREGROUND: readonly Step[] = ['probe', 'first', 'cover'];
export const BACKGROUND: readonly Step[] = ['ladder', 'pictures'];

/** What a video's history tells of: it goes on as long as one of these waits or runs. */
export const TOLD: readonly Step[] = ['probe', 'first', 'ladder'];

export type JobState = 'waiting' | 'running' | 'done' | 'failed';

export interface MediaJob {
  id: number;
  videoId: number;
  step: Step;
  state: JobState;
  /** How often it was taken up, crashes included. */
  claims: number;
  /** How often it ended in an error. */
  failures: number;
  /** 0-100. */
  percent: number;
  /** JSON for the step; what it is depends on the step. */
  argument: string | null;
  /** Name of the folder that its last try stored objects into; empty = none yet. */
  scratch: string;
  /** Of its last failure. */
  error: string;
  /** Unix ms. */
  createdAt: number;
  stateAt: number;
}

/** Columns of a MediaJob, for SELECT lists over `media_jobs j`. */
export const JOB_COLUMNS = `j.id, j.video_id AS videoId, j.step, j.state, j.claims, j.failures, j.percent, j.argument, j.scratch, j.error,
  j.created_at AS createdAt, j.state_at AS stateAt`;

/** A job that was taken up so often without an end kills its workers. */
export const MAX_CLAIMS = 10;
