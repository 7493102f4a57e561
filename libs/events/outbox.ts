import type { EventDefinition } from '@doul/contracts';
import type { Tx } from '@doul/data';
import { currentContext, newTraceparent } from '@doul/runtime';
import { nanoid } from 'nanoid';
import { encodePayload } from './envelope.js';

/** Events that become real with the transaction that appends them, and are published soon after its commit. */
export class Outbox {
  private readonly listeners = new Set<() => void>();

  /** Adds an event to the transaction: both are stored, or neither. It travels with the transaction's next statement, or its commit. */
  append<T>(tx: Tx, event: EventDefinition<T>, payload: T): void {
    this.appendAll(tx, event, [payload]);
  }

  /** Adds many events of one type in one statement. */
  appendAll<T>(tx: Tx, event: EventDefinition<T>, payloads: readonly T[]): void {
    if (payloads.length === 0) return;
    const traceparent = currentContext()?.traceparent ?? newTraceparent();
    const rows = payloads.map((payload) => ({
      event_id: nanoid(),
      type: event.type,
      payload: encodePayload(event, payload),
      traceparent,
      occurred_at: Date.now(),
    }));
    tx.deferInsert('outbox', rows);
    tx.afterCommit(() => this.wake());
  }

  /** Calls back after each commit with new events in this process; other processes find them by polling. */
  onCommitted(listener: () => void): void {
    this.listeners.add(listener);
  }

  private wake(): void {
    for (const listener of this.listeners) listener();
  }
}
