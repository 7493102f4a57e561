import { setTimeout as sleep } from 'node:timers/promises';

interface Waiting<T> {
  item: T;
  resolve: () => void;
  reject: (error: unknown) => void;
}

export interface BatchLimits {
  /** How long the first item of a batch waits for company, in ms. */
  waitMs: number;
  maxItems: number;
  /** Whether a failure may be one item's fault: then each item of the batch is tried alone. */
  mayBeOneItem: (error: unknown) => boolean;
}

/** Gathers single items into batches that run one after the other; each item's promise settles with its batch. */
export class Batcher<T> {
  private waiting: Waiting<T>[] = [];
  private running: Promise<void> | undefined;

  constructor(
    private readonly work: (items: T[]) => Promise<void>,
    private readonly limits: BatchLimits,
    /** Nothing waits for company any more once it is aborted. */
    private readonly hurry?: AbortSignal,
  ) {}

  add(item: T): Promise<void> {
    const added = new Promise<void>((resolve, reject) => this.waiting.push({ item, resolve, reject }));
    this.running ??= this.drain();
    return added;
  }

  private async drain(): Promise<void> {
    try {
      if (this.waiting.length < this.limits.maxItems) await this.gather();
      while (this.waiting.length > 0) await this.settle(this.waiting.splice(0, this.limits.maxItems));
    } finally {
      // In the same turn that found nothing waiting, or an item added in between would wait for ever.
      this.running = undefined;
    }
  }

  private async gather(): Promise<void> {
    await sleep(this.limits.waitMs, undefined, this.hurry && { signal: this.hurry }).catch(() => undefined);
  }

  private async settle(batch: readonly Waiting<T>[]): Promise<void> {
    try {
      await this.work(batch.map(({ item }) => item));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      if (batch.length === 1 || !this.limits.mayBeOneItem(error)) {
        for (const { reject } of batch) reject(error);
        return;
      }
      for (const one of batch) await this.settle([one]);
    }
  }
}
