/** First and longest pause before another try, in ms. */
const FIRST_MS = 500;
const LONGEST_MS = 30_000;
/** What a server asks for is kept up to this, in ms: timers know no longer ones than weeks, and nobody watches a bar for hours. */
const LONGEST_ASKED_MS = 10 * 60_000;

/** What may pass with time: a broken connection, a store or a server that is away or busy. */
export class Passing extends Error {
  constructor(
    message: string,
    /** What the server asked to wait at least, in ms. */
    readonly waitMs = 0,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'Passing';
  }
}

/**
 * What `Retry-After` asks to wait, in ms: seconds, or a moment (RFC 9110, section 10.2.3), which is counted from the server's own
 * clock where it tells that. 0 for what is neither.
 */
export function askedPause(headers: Headers, now = Date.now()): number {
  const text = headers.get('retry-after') ?? '';
  if (/^\d+$/.test(text)) return Math.min(LONGEST_ASKED_MS, Number(text) * 1_000);
  const since = Date.parse(headers.get('date') ?? '');
  const left = Date.parse(text) - (Number.isNaN(since) ? now : since);
  return Number.isNaN(left) ? 0 : Math.min(LONGEST_ASKED_MS, Math.max(0, left));
}

/** A pause of `ms`; rejects with the signal's reason when it is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
}

/**
 * How long to wait after so many failures in a row, in ms: twice as long each time, anything from half of that to all of it, so that
 * clients which failed together do not come back together.
 */
export const backoff = (failures: number, random = Math.random()): number =>
  Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1)) * (0.5 + random / 2);

/**
 * Does the work again while it fails with `Passing`.
 *
 * @param tries how often in all
 * @throws what it fails with in the end
 */
export async function retried<T>(work: () => Promise<T>, tries: number, signal: AbortSignal): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Passing) || failures >= tries) throw error;
      await pause(Math.max(error.waitMs, backoff(failures)), signal);
    }
  }
}
