import { DoulError } from '@doul/contracts';
import { childLog } from '@doul/runtime';
import { setTimeout as sleep } from 'node:timers/promises';

const log = childLog('search');

/** Pauses between tries, in ms; doubled up to the longest. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 3_000;

/** Whether the same call may succeed once a server is back. */
export const mayPass = (error: unknown): boolean => error instanceof DoulError && (error.retryable || error.grpc === 'DEADLINE_EXCEEDED');

/**
 * Does the work again until it succeeds, as long as it fails because something is away: an outage of minutes must not use up the
 * five tries an event has. Any other failure is thrown.
 */
export async function persist<T>(what: string, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!mayPass(error) || signal.aborted) throw error;
      if (pause === FIRST_PAUSE_MS) log.warn({ err: error, what }, 'waiting for a server to come back');
      await sleep(pause, undefined, { signal }).catch(() => undefined);
    }
  }
}
