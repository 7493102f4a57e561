import { childLog, isStopping, metrics } from '@doul/runtime';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { nanoid } from 'nanoid';
import { MAX_CLAIMS, type Step } from '../../model/media-job.js';
import { MediaJobRepository, type Claim } from '../../model/media-job.repository.js';
import { PublicationRepository } from '../../model/publication.repository.js';
import { VideoCopies } from '../../model/video-copies.js';
import { JobProgress } from './job-progress.js';
import { mediaWorkConfig } from './media-work.config.js';
import { JobLost, Rejection } from './media-step.js';
import { MediaSteps } from './media-steps.js';

const log = childLog('media');
const outcomes = metrics.counter(
  'doul_media_steps_total',
  'Steps of the media pipeline by outcome: done, rejected, retry, failed, lost, released',
  ['step', 'outcome'],
);
const seconds = metrics.histogram('doul_media_step_seconds', 'Time of a step of the media pipeline', ['step']);

/** What is published stays so, whatever happens to its source. */
const isBeforePublication = (step: Step): boolean => step === 'probe' || step === 'first';

/** A step failed for a reason that may pass; the broker brings the video again. */
class TryAgain extends Error {}

/** Works on videos step by step, each under a lease of its own. Killed at any moment, it costs at most a repeat of one step. */
@Injectable()
export class MediaRunner implements OnModuleDestroy {
  private readonly stopping = new AbortController();

  constructor(
    private readonly jobs: MediaJobRepository,
    private readonly publications: PublicationRepository,
    private readonly steps: MediaSteps,
    private readonly copies: VideoCopies,
  ) {}

  /** Aborted when the process stops. */
  get signal(): AbortSignal {
    return this.stopping.signal;
  }

  onModuleDestroy(): void {
    this.stopping.abort();
  }

  /**
   * Does whatever of these steps of a video is due, until nothing is.
   *
   * @throws Error when a step failed and is to be tried again
   */
  async run(videoId: number, steps: readonly Step[]): Promise<void> {
    let worked = false;
    for (let claim = await this.next(videoId, steps); claim; claim = await this.next(videoId, steps)) {
      worked = true;
      if (claim.job.claims > MAX_CLAIMS) await this.giveUp(claim);
      else await this.work(claim);
    }
    // Whoever worked on it before may have died right after its commit.
    if (!worked) await this.copies.refresh(videoId);
  }

  private async next(videoId: number, steps: readonly Step[]): Promise<Claim | undefined> {
    return this.signal.aborted ? undefined : this.jobs.claim(videoId, steps, nanoid());
  }

  /** Ends a job whose workers died each time: trying it once more could end this one too. */
  private async giveUp(claim: Claim): Promise<void> {
    const { step, videoId } = claim.job;
    const outcome = await this.publications.failed(claim, `no worker has survived it: ${MAX_CLAIMS} have tried`);
    outcomes.inc({ step, outcome });
    log.error({ video: videoId, step }, 'a step of the media pipeline ends its workers and is given up');
  }

  private async work(claim: Claim): Promise<void> {
    const { step, videoId } = claim.job;
    const progress = new JobProgress(claim, this.jobs, this.publications);
    const signal = AbortSignal.any([this.signal, progress.signal]);
    const stopClock = seconds.startTimer({ step });
    let outcome = 'done';
    try {
      await progress.begin();
      await this.steps.of(step).run({ claim, signal, progress: (share) => progress.set(share) });
    } catch (error) {
      outcome = await this.ended(claim, error);
    } finally {
      await progress.end();
      stopClock();
    }
    outcomes.inc({ step, outcome });
    log.info({ video: videoId, step, outcome }, `step ${outcome}`);
    if (outcome === 'retry') throw new TryAgain(`video ${videoId}: ${step} failed`);
    if (outcome === 'released') throw new TryAgain('the worker stops');
  }

  /** What an error means for the job. */
  private async ended(claim: Claim, error: unknown): Promise<string> {
    const { step, videoId } = claim.job;
    if (error instanceof Rejection && isBeforePublication(step))
      return (await this.publications.reject(claim, error.reason, mediaWorkConfig().MEDIA_KEEP_ORIGINALS)) ? 'rejected' : 'lost';
    if (error instanceof JobLost) return 'lost';
    if (this.signal.aborted || isStopping()) {
      await this.jobs.release(claim);
      return 'released';
    }
    log.warn({ err: error, video: videoId, step, tries: claim.job.failures + 1 }, 'a step of the media pipeline failed');
    return this.publications.failed(claim, error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  }
}
