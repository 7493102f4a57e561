import { setTimeout as sleep } from 'node:timers/promises';

/** Default patience, in ms. Not a figure of the product: it only bounds how long a broken promise takes to be seen. */
const PATIENCE_MS = 20_000;

/**
 * Repeats a check until it passes, and fails with its last failure when it never does.
 * For what the system promises to happen soon, not at once.
 */
export async function eventually<T>(check: () => Promise<T>, { within = PATIENCE_MS, every = 100 } = {}): Promise<T> {
  const until = Date.now() + within;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() >= until) throw error;
      await sleep(every);
    }
  }
}

/** Runs tasks with at most `width` of them at a time; results in order. */
export async function inParallel<T, R>(items: readonly T[], width: number, task: (item: T, at: number) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const at = next++;
      results[at] = await task(items[at] as T, at);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
  return results;
}
