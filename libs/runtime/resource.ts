import { log } from './log.js';
import { within } from './within.js';

interface Held {
  key: string;
  value: Promise<unknown>;
  dispose: (value: unknown) => Promise<void> | void;
}

/** How long one resource may take to be closed, or to be finished when it is still being made, in ms. */
const CLOSE_MS = 2_000;

const held = new Map<string, Held>();
/** In the order in which they were finished: what a resource took to be made stands before it. */
const made: Held[] = [];

/**
 * One shared thing per process (a pool, a connection), made on first use and closed in reverse order on stop.
 * A failed creation is not kept, so the next caller tries again.
 */
export function resource<T>(key: string, create: () => Promise<T> | T, dispose: (value: T) => Promise<void> | void): Promise<T> {
  const existing = held.get(key);
  if (existing) return existing.value as Promise<T>;
  const value = Promise.resolve().then(create);
  const entry: Held = { key, value, dispose: (thing) => dispose(thing as T) };
  held.set(key, entry);
  value.then(
    () => made.push(entry),
    () => held.delete(key),
  );
  return value;
}

/** The next to close: the youngest, once nothing is being made any more that may use it. */
async function youngest(): Promise<Held | undefined> {
  const values = [...held.values()].map((entry) => entry.value);
  await within(CLOSE_MS, 'the creation of a resource', Promise.allSettled(values)).catch((error: unknown) =>
    log.warn({ err: error }, 'a resource is still being made'),
  );
  const entry = made.pop();
  if (entry) held.delete(entry.key);
  return entry;
}

/** Closes every resource, users before what they use; one that cannot be closed is logged and does not stop the others. */
export async function disposeResources(): Promise<void> {
  for (let entry = await youngest(); entry; entry = await youngest()) {
    const { key, value, dispose } = entry;
    await within(CLOSE_MS, 'closing', value.then(dispose)).catch((error: unknown) =>
      log.warn({ err: error, resource: key }, 'could not close a resource'),
    );
  }
}
