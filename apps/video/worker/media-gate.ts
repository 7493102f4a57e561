import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { ToolGroup } from './media/tool-group.js';

const POLL_MS = 500;
/** Longest wait for a quiet moment, in ms: below what the broker allows a handler. Whoever waited in vain is woken again later. */
const MAX_WAIT_MS = 15 * 60_000;

export interface MediaGateOptions {
  /** Whether somebody waits for a video to be published. */
  isAnyoneWaiting: () => Promise<boolean>;
  /** Steps in the background at a time; encoders keep two cores busy. */
  backgroundSlots?: number;
  pollMs?: number;
  maxWaitMs?: number;
}

/**
 * Lets work that nobody waits for run only while nobody waits: a further rendition of one video comes after the first one of
 * every other, and its encoder is stopped while this process has something more urgent to do. What is waited for never waits here;
 * the consumer's prefetch bounds it.
 */
export class MediaGate {
  private readonly tools = new ToolGroup();
  private foreground = 0;
  private background = 0;

  constructor(private readonly options: MediaGateOptions) {}

  async runForeground(work: () => Promise<void>): Promise<void> {
    this.foreground += 1;
    this.tools.pause();
    try {
      await work();
    } finally {
      this.foreground -= 1;
      if (this.foreground === 0) this.tools.resume();
    }
  }

  /** False when there was no quiet moment, and nothing was done. */
  async runBackground(work: () => Promise<void>, signal: AbortSignal): Promise<boolean> {
    const { pollMs = POLL_MS, maxWaitMs = MAX_WAIT_MS } = this.options;
    const slots = this.options.backgroundSlots ?? Math.max(1, Math.floor(availableParallelism() / 2));
    const until = Date.now() + maxWaitMs;
    // What this process knows is looked at last: nothing happens between that and taking the slot.
    while ((await this.options.isAnyoneWaiting()) || this.foreground > 0 || this.background >= slots) {
      if (Date.now() >= until || signal.aborted) return false;
      await sleep(pollMs, undefined, { signal }).catch(() => undefined);
    }
    this.background += 1;
    try {
      await this.tools.run(work);
    } finally {
      this.background -= 1;
    }
    return true;
  }
}
