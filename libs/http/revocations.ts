import { SessionServiceDefinition } from '@doul/contracts';
import { apiClient } from '@doul/rpc';
import { addReadyCheck, childLog, newContext } from '@doul/runtime';

const log = childLog('http');

/** How often the list is asked for, in ms: with one round trip it keeps "stops working everywhere within a second". */
const POLL_MS = 400;
/** Commits may become visible out of the order of their times; so far back is asked again each time, in ms. */
const OVERLAP_MS = 5_000;
/** Sessions per answer. */
const PAGE = 1_000;
/** A set only grows, so it is read anew so often, without the sessions that have expired by themselves, in ms. */
const RELOAD_MS = 24 * 3_600_000;

/** Ids of revoked sessions whose tokens have not expired by themselves yet. */
let revoked = new Set<number>();
let newestMs = 0;
let loadedAt = 0;

export const isRevoked = (sessionId: number): boolean => revoked.has(sessionId);

/** Makes a revocation count in this process at once; the others learn of it by their next poll. */
export const markRevoked = (sessionId: number): void => void revoked.add(sessionId);

interface Position {
  sinceMs: number;
  afterSessionId: number;
}

async function addSince(start: Position, into: Set<number>): Promise<void> {
  const sessions = apiClient(SessionServiceDefinition);
  const context = newContext('revocations');
  for (let at = start; ;) {
    const page = await sessions.listRevoked({ ...at, limit: PAGE }, { context });
    for (const id of page.sessionIds) into.add(id);
    newestMs = Math.max(newestMs, page.lastRevokedAtMs);
    if (!page.hasMore) return;
    at = { sinceMs: page.lastRevokedAtMs, afterSessionId: page.lastSessionId };
  }
}

async function poll(): Promise<void> {
  if (Date.now() - loadedAt < RELOAD_MS) return addSince({ sinceMs: Math.max(0, newestMs - OVERLAP_MS), afterSessionId: 0 }, revoked);
  const all = new Set<number>();
  await addSince({ sinceMs: 0, afterSessionId: 0 }, all);
  revoked = all;
  loadedAt = Date.now();
}

/** Keeps the set fresh until stopped. While usercenter cannot be reached the last known set stays in force. */
export function watchRevocations(): () => void {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let failing = false;
  addReadyCheck({
    name: 'revoked sessions',
    check: () => (loadedAt > 0 ? Promise.resolve() : Promise.reject(new Error('the list of revoked sessions is not loaded yet'))),
  });
  const again = async (): Promise<void> => {
    try {
      await poll();
      failing = false;
    } catch (error) {
      if (!failing && loadedAt > 0) log.warn({ err: error }, 'cannot refresh the revoked sessions; the last known ones stay in force');
      failing = true;
    }
    if (!stopped) timer = setTimeout(() => void again(), POLL_MS);
  };
  void again();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
