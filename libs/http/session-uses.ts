import { SessionServiceDefinition } from '@doul/contracts';
import { apiClient } from '@doul/rpc';
import { newContext } from '@doul/runtime';
import { LRUCache } from 'lru-cache';
import type { Exchange } from './exchange.js';

/** "Last seen" is shown to minutes, so a session is reported at most so often, in ms. */
const REPORT_EVERY_MS = 60_000;
/** How often reports are sent, in ms. */
const FLUSH_MS = 10_000;
/** Sessions remembered and reports held; beyond it the oldest are forgotten, which costs a later "last seen". */
const MAX_SESSIONS = 20_000;
/** Sessions per RPC. */
const BATCH = 500;

const reported = new LRUCache<number, number>({ max: MAX_SESSIONS });
const waiting = new Map<number, { sessionId: number; seenAtMs: number; address: string }>();

/** Notes that a session was used now. */
export function noteUse(exchange: Exchange): void {
  const now = Date.now();
  if ((reported.get(exchange.sessionId) ?? 0) > now - REPORT_EVERY_MS || waiting.size >= MAX_SESSIONS) return;
  reported.set(exchange.sessionId, now);
  waiting.set(exchange.sessionId, { sessionId: exchange.sessionId, seenAtMs: now, address: exchange.address });
}

async function flush(): Promise<void> {
  const uses = [...waiting.values()].slice(0, BATCH);
  if (uses.length === 0) return;
  for (const use of uses) waiting.delete(use.sessionId);
  await apiClient(SessionServiceDefinition).touchSessions({ uses }, { context: newContext('session-uses') });
}

/** Sends reports of use until stopped. A lost report costs a minute of "last seen", so failures are ignored. */
export function reportUses(): () => Promise<void> {
  const timer = setInterval(() => void flush().catch(() => undefined), FLUSH_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await flush().catch(() => undefined);
  };
}
