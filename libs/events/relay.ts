import type { Database, Tx } from '@doul/data';
import { childLog, metrics } from '@doul/runtime';
import type { ConfirmChannel } from 'amqplib';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Broker } from './broker.js';
import { optionsOf, type OutboxRow } from './envelope.js';
import { publishConfirmed, type LiveChannel } from './live-channel.js';
import { exchangeName, assertTopology } from './topology.js';

const log = childLog('events');

const published = metrics.counter('doul_outbox_published_total', 'Events that the broker confirmed', ['schema']);
const failures = metrics.counter('doul_outbox_failures_total', 'Passes over the outbox that failed', ['schema']);

/** Events published in one transaction: their rows stay locked until the broker has confirmed them. */
const BATCH = 200;
/** How late an event of another process may be noticed, in ms: only one that died has no relay of its own that was woken by the commit. */
const POLL_MS = 500;
/**
 * Between the beginnings of two passes while commits go on, in ms: one pass for what several of them append costs a fraction of a pass for
 * each. The first event after a rest does not wait.
 */
const GATHER_MS = 50;
/** Longest pause after failures, in ms. */
const BACKOFF_MAX_MS = 5_000;
/** How long a stopping relay waits for its last pass, in ms. */
const STOP_MS = 2_000;

/**
 * Publishes a schema's outbox. Any number of relays may run: each claims rows that no other holds (SKIP LOCKED) and deletes
 * them in the same transaction once the broker has confirmed them. A relay that dies in between leaves its rows to the
 * others, so an event may be published twice but is never lost. Order is kept by one relay, not between several.
 */
export class Relay {
  private channel: LiveChannel | undefined;
  private loop: Promise<void> | undefined;
  private stopped = false;
  /** Whether a commit was reported since the last pass began. */
  private dirty = false;
  private beganAt = -Infinity;
  private wakeUp: () => void = () => undefined;

  constructor(
    private readonly schema: string,
    private readonly database: Pick<Database, 'query' | 'transaction'>,
    private readonly broker: Pick<Broker, 'channel'>,
  ) {}

  start(): void {
    this.channel = this.broker.channel(`relay:${this.schema}`, (channel) => assertTopology(channel));
    this.loop = this.run();
  }

  wake(): void {
    this.dirty = true;
    this.wakeUp();
  }

  /** Publishes what is left if that is quick, and stops. What remains is published by another process or the next start. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wakeUp();
    await Promise.race([this.loop, new Promise((resolve) => setTimeout(resolve, STOP_MS).unref())]);
    await this.channel?.close();
  }

  private async run(): Promise<void> {
    let failed = 0;
    for (let last = false; !last;) {
      last = this.stopped;
      const told = this.dirty;
      this.dirty = false;
      this.beganAt = performance.now();
      const moved = await this.pass(told);
      failed = moved === undefined ? failed + 1 : 0;
      if (moved === BATCH) last = false;
      else if (!last) await this.pause(failed === 0 ? POLL_MS : Math.min(BACKOFF_MAX_MS, POLL_MS * 2 ** failed), failed === 0);
    }
  }

  /**
   * @param told whether a commit with events was reported since the last pass
   * @returns rows claimed, or undefined after a failure
   */
  private async pass(told: boolean): Promise<number | undefined> {
    const channel = this.channel?.current();
    if (!channel) return 0;
    try {
      // Most passes that nobody asked for find nothing: one statement instead of a transaction.
      if (!told && (await this.database.query('SELECT 1 FROM outbox LIMIT 1')).length === 0) return 0;
      return await this.database.transaction((tx) => this.publishBatch(tx, channel));
    } catch (error) {
      failures.inc({ schema: this.schema });
      log.warn({ err: error, schema: this.schema }, 'could not publish the outbox');
      return undefined;
    }
  }

  private async publishBatch(tx: Tx, channel: ConfirmChannel): Promise<number> {
    const rows = await tx.query<OutboxRow>(
      'SELECT id, event_id, type, payload, traceparent, occurred_at FROM outbox ORDER BY id LIMIT ? FOR UPDATE SKIP LOCKED',
      [BATCH],
    );
    if (rows.length === 0) return 0;
    const results = await Promise.allSettled(
      rows.map((row) => publishConfirmed(channel, exchangeName(), row.type, row.payload, optionsOf(row))),
    );
    const confirmed = rows.filter((_, at) => results[at]?.status === 'fulfilled').map((row) => row.id);
    // By the primary key in any case: a scan, which the optimiser prefers on a short table, would wait for the rows of other relays.
    if (confirmed.length > 0) tx.defer('DELETE o FROM outbox o FORCE INDEX (PRIMARY) WHERE o.id IN (?)', [confirmed]);
    published.inc({ schema: this.schema }, confirmed.length);
    const refused = results.find((result) => result.status === 'rejected');
    if (refused)
      log.warn({ schema: this.schema, reason: String(refused.reason), count: rows.length - confirmed.length }, 'events were not confirmed');
    return refused ? confirmed.length : rows.length;
  }

  private async pause(ms: number, wakeable: boolean): Promise<void> {
    if (this.stopped) return;
    if (!wakeable || !this.dirty) await this.rest(ms, wakeable);
    const soon = this.beganAt + GATHER_MS - performance.now();
    if (soon > 0 && !this.stopped) await sleep(soon);
  }

  private async rest(ms: number, wakeable: boolean): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wakeUp = () => {
        if (!wakeable && !this.stopped) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.wakeUp = () => undefined;
  }
}
