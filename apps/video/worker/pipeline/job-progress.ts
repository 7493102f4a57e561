import { childLog } from '@doul/runtime';
import { LEASE_MS, type Claim, type MediaJobRepository } from '../../model/media-job.repository.js';
import { PROBED_PERCENT, type PublicationRepository } from '../../model/publication.repository.js';

const log = childLog('media');
/** Several renewals fit into a lease, so that one that fails does not lose it. */
const RENEW_MS = LEASE_MS / 4;
/** What the author is told at most so often, in ms, and at least that much further, in percent. */
const TELL_MS = 700;
const TELL_PERCENT = 4;

/** Keeps a job's lease and tells its author how far it is. */
export class JobProgress {
  private readonly lost = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private share = 0;
  private toldAt = 0;
  private toldPercent = 0;
  private telling: Promise<void> = Promise.resolve();

  constructor(
    private readonly claim: Claim,
    private readonly jobs: MediaJobRepository,
    private readonly publications: PublicationRepository,
  ) {}

  /** Aborted when the job belongs to somebody else. */
  get signal(): AbortSignal {
    return this.lost.signal;
  }

  async begin(): Promise<void> {
    this.timer = setInterval(() => void this.renew(), RENEW_MS);
    if (this.claim.job.step === 'probe') await this.publications.progressed(this.claim, 'probing', 0);
  }

  /** @param share of the step, 0-1 */
  set(share: number): void {
    this.share = Math.min(1, Math.max(this.share, share));
    const [state, percent] = this.publicPercent();
    const now = Date.now();
    if (!state || percent < this.toldPercent + TELL_PERCENT || now < this.toldAt + TELL_MS) return;
    this.toldAt = now;
    this.toldPercent = percent;
    // One after the other: a history does not go backwards.
    this.telling = this.telling
      .then(() => this.publications.progressed(this.claim, state, percent))
      .then(
        () => undefined,
        (error: unknown) => log.warn({ err: error }, 'the progress of a step was not noted'),
      );
  }

  /** Stops renewing; what was to be told is told. */
  async end(): Promise<void> {
    clearInterval(this.timer);
    await this.telling;
  }

  /** How far the video is on its way to being published; steps behind that tell nothing. */
  private publicPercent(): ['probing' | 'transcoding' | undefined, number] {
    const { step } = this.claim.job;
    if (step === 'probe') return ['probing', Math.floor(this.share * PROBED_PERCENT)];
    // 100 is said by the publication itself.
    if (step === 'first') return ['transcoding', Math.min(99, PROBED_PERCENT + Math.floor(this.share * (100 - PROBED_PERCENT)))];
    return [undefined, 0];
  }

  private async renew(): Promise<void> {
    try {
      if (!(await this.jobs.renew(this.claim, Math.floor(this.share * 100)))) this.lost.abort();
    } catch (error) {
      log.warn({ err: error, job: this.claim.job.id }, 'a lease could not be renewed');
    }
  }
}
