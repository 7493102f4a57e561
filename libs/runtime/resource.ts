import { log } from './log.js';

interface Held {
  key: string;
  value: Promise<unknown>;
  dispose: (value: unknown) => Promise<void> | void;
}

const held: Held[] = [];

/**
 * One shared thing per process (a pool, a connection), made on first use and closed in reverse order on stop.
 * A failed creation is not kept, so the next caller tries again.
 */
export function resource<T>(key: string, create: () => Promise<T> | T, dispose: (value: T) => Promise<void> | void): Promise<T> {
  const existing = held.find((entry) => entry.key === key);
  if (existing) return existing.value as Promise<T>;
  const value = Promise.resolve().then(create);
  const entry: Held = { key, value, dispose: (thing) => dispose(thing as T) };
  held.push(entry);
  value.catch(() => {
    const at = held.indexOf(entry);
    if (at >= 0) held.splice(at, 1);
  });
  return value;
}

/** Closes every resource, the youngest first; one that cannot be closed is logged and does not stop the others. */
export async function disposeResources(): Promise<void> {
  while (held.length > 0) {
    const entry = held.pop();
    if (!entry) return;
    try {
      await entry.dispose(await entry.value);
    } catch (error) {
      log.warn({ err: error, resource: entry.key }, 'could not close a resource');
    }
  }
}
