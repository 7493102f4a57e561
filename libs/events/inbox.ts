import type { Database, Tx } from '@doul/data';
import { childLog } from '@doul/runtime';
import type { EventMeta } from './envelope.js';

const log = childLog('events');

/** How long handled ids are remembered, in ms: dead letters older than this may be applied twice when they are replayed. */
export const REMEMBER_MS = 30 * 86_400_000;
const SWEEP_EVERY_MS = 3_600_000;
const SWEEP_ROWS = 1_000;

/** Remembers which events a consumer has applied. */
export class Inbox {
  /**
   * Marks an event as applied, in the transaction that applies it.
   *
   * @returns false when it was applied before: the handler has nothing to do
   */
  async once(tx: Tx, meta: Pick<EventMeta, 'queue' | 'eventId'>): Promise<boolean> {
    const inserted = await tx.insertIgnore('inbox', [{ queue: meta.queue, event_id: meta.eventId, handled_at: Date.now() }]);
    return inserted === 1;
  }
}

/** Forgets old ids, a bounded number at a time; several processes may do it at once. */
export function sweepInbox(database: Database): { stop(): void } {
  const sweep = async (): Promise<void> => {
    for (let deleted = SWEEP_ROWS; deleted === SWEEP_ROWS;) {
      const before = Date.now() - REMEMBER_MS;
      deleted = (await database.execute('DELETE FROM inbox WHERE handled_at < ? ORDER BY handled_at LIMIT ?', [before, SWEEP_ROWS]))
        .affected;
    }
  };
  const timer = setInterval(
    () => void sweep().catch((error: unknown) => log.warn({ err: error }, 'could not sweep the inbox')),
    SWEEP_EVERY_MS,
  );
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
