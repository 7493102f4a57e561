import { availableParallelism } from 'node:os';
import { ToolGroup } from '../media/tool-group.js';

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
  private readonly waiting = new Set<() => void>();

  constructor(private readonly options: MediaGateOptions) {}

  async runForeground(work: () => Promise<void>): Promise<void> {
    this.foreground += 1;
    this.tools.pause();
    try {
      await work();
    } finally {
      this.foreground -= 1;
      if (this.foreground === 0) {
        this.tools.resume();
        this.wake();
      }
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
      await this.pause(pollMs, signal);
    }
    this.background += 1;
    try {
      await this.tools.run(work);
    } finally {
      this.background -= 1;
      this.wake();
    }
    return true;
  }

  /** Until something of this process changes, or some time is over: other processes tell nothing. */
  private pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        this.waiting.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener('abort', end, { once: true });
      this.waiting.add(end);
    });
  }

  private wake(): void {
    for (const end of this.waiting) end();
  }
}
