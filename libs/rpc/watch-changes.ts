import { Rounds, childLog, metrics, newContext, type RequestContext } from '@doul/runtime';

/** What every ListChanges method answers, beside the ids. */
export interface ChangesAnswer {
  cursor: string;
  reset: boolean;
  more: boolean;
}

export interface WatchOptions<A extends ChangesAnswer> {
  /** In logs and metrics. */
  name: string;
  /** Asks, in a context of its own, for what came after the cursor; empty at first. */
  poll: (cursor: string, context: RequestContext) => Promise<A>;
  /** Hears of each answer with something new; copies of what it names must not be used after it returns. */
  onChange: (answer: A) => void;
  /** Anything may have changed: at the start, and when the log was lost. */
  onReset: () => void;
  /** Pause between polls, in ms. */
  everyMs?: number;
  /** Whether anybody uses copies now: without that nothing is asked, and what is known grows old. */
  isWanted?: () => boolean;
}

export interface ChangeWatch {
  /** Every change that was visible so long ago, in ms, has been reported; Infinity until the first answer. */
  ageMs(): number;
  /** Ends it; a poll under way is waited for and no longer reported. */
  stop(): Promise<void>;
}

const log = childLog('rpc');
const resets = metrics.counter('doul_change_resets_total', 'Times that everything had to be taken as changed', ['log']);
const failures = metrics.counter('doul_change_poll_failures_total', 'Failed questions for changes', ['log']);

/** With the way to the readers it keeps "visible within 1 s", in ms. */
const EVERY_MS = 250;
/** A poll that takes longer is given up, in ms. */
const DEADLINE_MS = 1_000;
/** Longest pause after failures, in ms: readers do without their copies meanwhile, so it stays short. */
const MAX_PAUSE_MS = 1_000;

class Watch<A extends ChangesAnswer> implements ChangeWatch {
  private cursor = '';
  private knownAt = -Infinity;
  private failed = 0;
  private readonly rounds = new Rounds(() => this.round());

  constructor(private readonly options: WatchOptions<A>) {}

  ageMs(): number {
    return performance.now() - this.knownAt;
  }

  stop(): Promise<void> {
    return this.rounds.stop();
  }

  /** @returns the pause after it, in ms */
  private async round(): Promise<number> {
    const { everyMs = EVERY_MS, isWanted } = this.options;
    if (isWanted && !isWanted()) return everyMs;
    try {
      const more = await this.ask();
      this.failed = 0;
      return more ? 0 : everyMs;
    } catch (error) {
      failures.inc({ log: this.options.name });
      if (this.failed === 0)
        log.warn({ err: error, log: this.options.name }, 'changes cannot be heard of now; copies are not used meanwhile');
      this.failed += 1;
      return Math.min(everyMs * 2 ** this.failed, MAX_PAUSE_MS);
    }
  }

  private async ask(): Promise<boolean> {
    const { name, poll, onChange, onReset } = this.options;
    const startedAt = performance.now();
    const context = { ...newContext(`changes:${name}`), deadline: Date.now() + DEADLINE_MS };
    const answer = await poll(this.cursor, context);
    if (this.rounds.isStopped) return false;
    if (answer.reset) {
      resets.inc({ log: name });
      onReset();
    } else if (answer.cursor !== this.cursor) onChange(answer);
    this.cursor = answer.cursor;
    // With more to come, what is known is older than this.
    if (!answer.more) this.knownAt = startedAt;
    return answer.more;
  }
}

/**
 * Hears of changes in another service for as long as the process lives, one poll at a time: a poll is one small call, so it replaces
 * reading everything again and again. A consumer that keeps copies takes all of them as stale while `ageMs()` is above what it allows.
 */
export const watchChanges = <A extends ChangesAnswer>(options: WatchOptions<A>): ChangeWatch => new Watch(options);
