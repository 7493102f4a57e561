import type { Claim } from '../../model/media-job.repository.js';
import type { RejectionReason } from '../../video.reasons.js';

/** One step of one video's processing, as its worker sees it. */
export interface StepRun {
  readonly claim: Claim;
  /** Aborted when the job is no longer this worker's, or the process stops. */
  readonly signal: AbortSignal;
  /** Says how far the step is, 0-1. */
  readonly progress: (share: number) => void;
}

/** A step: resumable by being done again, and changing the database only through its claim. */
export interface MediaStep {
  run(run: StepRun): Promise<void>;
}

/** The file itself is why this video is not published; no further try will change that. */
export class Rejection extends Error {
  constructor(readonly reason: RejectionReason) {
    super(reason);
  }
}

/** Another worker has the job now, or the video was removed. */
export class JobLost extends Error {}

/** @throws JobLost when a change was refused because the job is no longer this worker's */
export function mustOwn(changed: boolean): void {
  if (!changed) throw new JobLost('the job belongs to another worker, or its video was removed');
}
