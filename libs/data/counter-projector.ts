import { childLog, metrics, newContext, runInContext } from '@doul/runtime';
import type { Database } from './database.js';

const log = childLog('data');
const projected = metrics.counter('doul_counter_projected_total', 'Counter rows copied from MySQL to Redis', ['table']);

type DirtyRow = { id: number; version: number } & Record<string, number>;

/** How often dirty rows are looked for, in ms: counts are to reach readers within 1 s. */
const EVERY_MS = 200;
/** After a change in this process, in ms: soon, but late enough that a burst becomes one round. */
const WAKE_MS = 20;
/** Longest pause while MySQL or Redis is away, in ms. */
const MAX_PAUSE_MS = 2_000;
/** Rows of one round; several rounds follow each other while there are more. */
const BATCH = 500;

/** Copies dirty rows to Redis and clears their marks. Several processes may do so for one table: a row copied twice is no harm. */
export class CounterProjector {
  private timer: NodeJS.Timeout | undefined;
  private dueAt = Infinity;
  private round: Promise<void> | undefined;
  private pauseMs = EVERY_MS;
  private running = false;
  private woken = false;

  constructor(
    private readonly table: string,
    private readonly db: Database,
    private readonly write: (rows: readonly DirtyRow[]) => Promise<void>,
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
    else this.schedule(WAKE_MS);
  }

  /** One pass over all rows that are dirty now. */
  async projectDirty(): Promise<void> {
    for (let after = 0; ;) {
      const rows = await this.db.query<DirtyRow>(
        `SELECT ${this.columns} FROM ${this.table} WHERE dirty = 1 AND id > ? ORDER BY id LIMIT ${BATCH}`,
        [after],
      );
      if (rows.length > 0) await this.copy(rows);
      const last = rows.at(-1);
      if (!last || rows.length < BATCH) return;
      after = last.id;
    }
  }

  private async copy(rows: readonly DirtyRow[]): Promise<void> {
    await this.write(rows);
    // A row that changed meanwhile has another version and keeps its mark.
    await this.db.execute(`UPDATE ${this.table} SET dirty = 0 WHERE id IN (?) AND (id, version) IN (?)`, [
      rows.map((row) => row.id),
      rows.map((row) => [row.id, row.version]),
    ]);
    projected.inc({ table: this.table }, rows.length);
  }

  private schedule(ms: number): void {
    const dueAt = Date.now() + ms;
    if (this.timer && this.dueAt <= dueAt) return;
    clearTimeout(this.timer);
    this.dueAt = dueAt;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      // A request may have woken us: its deadline and its budget are not ours.
      this.round = runInContext(newContext(`counters:${this.table}`), () => this.tick()).finally(() => {
        this.round = undefined;
        if (this.running) this.schedule(this.woken ? WAKE_MS : this.pauseMs);
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
