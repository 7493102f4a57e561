import { childLog, metrics, newContext, runInContext } from '@doul/runtime';
import type { Database } from './database.js';

const log = childLog('data');
const projected = metrics.counter('doul_counter_projected_total', 'Counter rows copied from MySQL to Redis', ['table']);

type StoredRow = { id: number; version: number } & Record<string, number>;

interface Entry {
  seq: number;
  ids: string;
}

/** How often changes of other processes are looked for, in ms: counts are to reach readers within 1 s even when whoever changed them died. */
const EVERY_MS = 400;
/** After a change in this process, in ms: soon, but late enough that a burst becomes one round. */
const WAKE_MS = 20;
/** Between the beginnings of two rounds while changes go on, in ms: a round costs about the same for ten changes as for one. */
const GATHER_MS = 100;
/** Longest pause while MySQL or Redis is away, in ms. */
const MAX_PAUSE_MS = 2_000;
/** Entries of one round, one for each transaction; several rounds follow each other while there are more. */
const ENTRIES = 200;
/** Rows of one statement. */
const BATCH = 1_000;

/** Copies changed rows to Redis and takes them off the queue. Several processes may do so for one table: a row copied twice is no harm. */
export class CounterProjector {
  private timer: NodeJS.Timeout | undefined;
  private dueAt = Infinity;
  private beganAt = -Infinity;
  private round: Promise<void> | undefined;
  private pauseMs = EVERY_MS;
  private running = false;
  private woken = false;

  constructor(
    private readonly table: string,
    private readonly db: Database,
    private readonly write: (rows: readonly StoredRow[]) => Promise<void>,
    private readonly columns: string,
  ) {}

  start(): { stop(): Promise<void> } {
    this.running = true;
    this.schedule(0);
    return { stop: () => this.stop() };
  }

  /** Makes the next round come soon; nothing when this process runs no loop. */
  wake(): void {
    if (!this.running) return;
    if (this.round) this.woken = true;
    else this.schedule(this.soonMs());
  }

  private soonMs(): number {
    return Math.max(WAKE_MS, this.beganAt + GATHER_MS - Date.now());
  }

  /** Copies everything that has changed up to now. */
  async projectDirty(): Promise<void> {
    for (let entries = ENTRIES; entries === ENTRIES;) entries = await this.projectSome();
  }

  /** A change that commits meanwhile has an entry of its own, which stays. */
  private async projectSome(): Promise<number> {
    const entries = await this.db.query<Entry>(`SELECT seq, ids FROM ${this.table}_changes ORDER BY seq LIMIT ${ENTRIES}`);
    if (entries.length === 0) return 0;
    const ids = [...new Set(entries.flatMap((entry) => entry.ids.split(',').map(Number)))];
    for (let at = 0; at < ids.length; at += BATCH) {
      const some = ids.slice(at, at + BATCH);
      await this.write(await this.db.byIds<StoredRow>(`SELECT ${this.columns} FROM ${this.table} WHERE id IN (?)`, some));
    }
    await this.db.execute(`DELETE FROM ${this.table}_changes WHERE seq IN (?)`, [entries.map((entry) => entry.seq)]);
    projected.inc({ table: this.table }, ids.length);
    return entries.length;
  }

  private schedule(ms: number): void {
    const dueAt = Date.now() + ms;
    if (this.timer && this.dueAt <= dueAt) return;
    clearTimeout(this.timer);
    this.dueAt = dueAt;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.beganAt = Date.now();
      // A request may have woken us: its deadline and its budget are not ours.
      this.round = runInContext(newContext(`counters:${this.table}`), () => this.tick()).finally(() => {
        this.round = undefined;
        if (this.running) this.schedule(this.woken ? this.soonMs() : this.pauseMs);
        this.woken = false;
      });
    }, ms);
  }

  private async tick(): Promise<void> {
    try {
      await this.projectDirty();
      this.pauseMs = EVERY_MS;
    } catch (error) {
      if (this.pauseMs === EVERY_MS) log.warn({ err: error, table: this.table }, 'counters cannot be copied to Redis now');
      this.pauseMs = Math.min(this.pauseMs * 2, MAX_PAUSE_MS);
    }
  }

  private async stop(): Promise<void> {
    this.running = false;
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.round;
  }
}
