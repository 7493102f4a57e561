import { childLog } from '@doul/runtime';
import type { ChangeLog } from './change-log.js';
import { CounterCopy, type CounterRow, type CounterValues } from './counter-copy.js';
import { CounterProjector } from './counter-projector.js';
import type { Database } from './database.js';
import type { Key } from './keys.js';
import type { RedisStore } from './redis-store.js';
import { sharedWork } from './shared-work.js';
import { numberRows, type SqlRunner } from './sql.js';
import type { Tx } from './transaction.js';

export interface CounterDelta<F extends string> {
  id: number;
  field: F;
  delta: number;
}

export interface CounterOptions<F extends string> {
  db: Database;
  redis: RedisStore;
  /** Made by `createCounterTable` with the same fields. */
  table: string;
  fields: readonly F[];
  key: Key<`${string}{id}${string}`>;
  /** Hears of every id whose copy was brought up to date, at least once a change. */
  changes?: ChangeLog;
}

type StoredRow = { id: number; version: number } & Record<string, number>;

const log = childLog('data');

/**
 * Numbers that change together with the rows they count. MySQL has the truth: `add` works in the caller's transaction, so a count and
 * what it counts are always both stored or both not. Redis has a copy that readers use; each change raises the row's version and
 * puts its id into a queue in the same transaction, and a copy is only replaced by a newer version. A crash between commit and copy
 * leaves the queue's entry, an emptied Redis leaves missing keys, and both are repaired from MySQL. Any number of processes may write, read and project at once.
 *
 * Sums are signed in MySQL: were a decrement ever to be applied before its increment, the sum is right again after both. Below zero,
 * readers see 0 and `doul_counter_negative_total` grows.
 */
export class CounterTable<F extends string> {
  readonly copy: CounterCopy<F>;
  readonly projector: CounterProjector;
  private readonly loading = new Map<number, Promise<Map<number, CounterRow<F>>>>();
  private readonly upsert: string;
  private readonly enqueue: string;
  private readonly select: string;

  constructor(private readonly options: CounterOptions<F>) {
    const { redis, table, fields, key } = options;
    this.copy = new CounterCopy(redis, table, fields, key);
    this.projector = new CounterProjector(table, options.db, (rows) => this.show(rows.map((row) => this.toRow(row))), this.columns());
    const sums = fields.map((field) => `${field} = ${field} + VALUES(${field})`).join(', ');
    this.upsert = `INSERT INTO ${table} (${this.columns()}) VALUES ? ON DUPLICATE KEY UPDATE ${sums}, version = version + 1`;
    this.enqueue = `INSERT INTO ${table}_changes (ids) VALUES (?)`;
    this.select = `SELECT ${this.columns()} FROM ${table} WHERE id IN (?)`;
  }

  /**
   * Applies changes in the caller's transaction, in two statements that travel with its next or its commit. Rows are locked in ascending order of id, so concurrent
   * transactions that call this first, and once, do not deadlock on them.
   */
  add(tx: Tx, deltas: readonly CounterDelta<F>[]): void {
    const byId = new Map<number, CounterValues<F>>();
    for (const { id, field, delta } of deltas) {
      const sums = byId.get(id) ?? this.zeros();
      sums[field] += delta;
      byId.set(id, sums);
    }
    if (byId.size === 0) return;
    const rows = [...byId].sort(([a], [b]) => a - b).map(([id, sums]) => [id, ...this.options.fields.map((field) => sums[field]), 1]);
    tx.defer(this.upsert, [numberRows(rows)]);
    tx.defer(this.enqueue, [rows.map(([id]) => id).join(',')]);
    tx.afterCommit(() => this.projector.wake());
  }

  /** Values by id, zeros where nothing was counted; Redis first, one SELECT for all that Redis lacks. */
  async getMany(ids: readonly number[]): Promise<Map<number, CounterValues<F>>> {
    const rows = await this.getRows(ids);
    return new Map([...rows].map(([id, row]) => [id, row.values]));
  }

  /** Like `getMany`, with versions. */
  async getRows(ids: readonly number[]): Promise<Map<number, CounterRow<F>>> {
    const wanted = [...new Set(ids)];
    const rows = await this.copy.read(wanted).catch((error: unknown) => {
      log.warn({ err: error, table: this.options.table }, 'counters are read from MySQL while Redis is away');
      return new Map<number, CounterRow<F>>();
    });
    const missing = wanted.filter((id) => !rows.has(id));
    for (const [id, row] of missing.length > 0 ? await this.restore(missing) : []) rows.set(id, row);
    return rows;
  }

  /** The stored rows, as `runner` sees them: inside a transaction its own changes included. Ids without a row are version 0. */
  async stored(runner: SqlRunner, ids: readonly number[]): Promise<Map<number, CounterRow<F>>> {
    const rows = new Map(ids.map((id) => [id, { id, version: 0, values: this.zeros() }]));
    for (const row of await runner.byIds<StoredRow>(this.select, ids)) rows.set(row.id, this.toRow(row));
    return rows;
  }

  /** Brings the copies of some ids up to date now, for a caller that cannot wait for the projector. */
  async project(ids: readonly number[]): Promise<void> {
    await this.show([...(await this.stored(this.options.db, ids)).values()]);
  }

  /** Reads rows from MySQL, and copies them to Redis as far as it can be reached. */
  async refresh(ids: readonly number[]): Promise<Map<number, CounterRow<F>>> {
    const rows = await this.stored(this.options.db, ids);
    await this.copy
      .write([...rows.values()])
      .catch((error: unknown) => log.warn({ err: error, table: this.options.table }, 'could not copy counters'));
    for (const row of rows.values()) for (const field of this.options.fields) row.values[field] = Math.max(0, row.values[field]);
    return rows;
  }

  /** Throws the copies away and makes new ones: for the case that MySQL itself went back, as after restoring a backup. */
  async rebuild(ids: readonly number[]): Promise<void> {
    await this.copy.drop(ids);
    await this.project(ids);
  }

  /** Starts this process's loop over changed rows; `stop` waits for the round under way. */
  startProjector(): { stop(): Promise<void> } {
    return this.projector.start();
  }

  /** Reads ids from MySQL once for all who ask at the same time, and copies them to Redis. */
  private async restore(ids: readonly number[]): Promise<Map<number, CounterRow<F>>> {
    const fresh = ids.filter((id) => !this.loading.has(id));
    if (fresh.length > 0) {
      const load = sharedWork(() => this.refresh(fresh)).finally(() => fresh.forEach((id) => this.loading.delete(id)));
      for (const id of fresh) this.loading.set(id, load);
    }
    const rows = new Map<number, CounterRow<F>>();
    for (const load of new Set(ids.map((id) => this.loading.get(id)))) for (const [id, row] of (await load) ?? []) rows.set(id, row);
    return new Map(ids.map((id) => [id, rows.get(id) ?? { id, version: 0, values: this.zeros() }]));
  }

  /** Copies first: whoever hears of a change finds it. Until both are done the change stays queued, so a crash in between only repeats them. */
  private async show(rows: readonly CounterRow<F>[]): Promise<void> {
    await this.copy.write(rows);
    await this.options.changes?.note(rows.map((row) => row.id));
  }

  private toRow(row: StoredRow): CounterRow<F> {
    const values = Object.fromEntries(this.options.fields.map((field) => [field, row[field] ?? 0])) as CounterValues<F>;
    return { id: row.id, version: row.version, values };
  }

  private columns(): string {
    return ['id', ...this.options.fields, 'version'].join(', ');
  }

  private zeros(): CounterValues<F> {
    return Object.fromEntries(this.options.fields.map((field) => [field, 0])) as CounterValues<F>;
  }
}
