import { setTimeout as sleep } from 'node:timers/promises';
import type { PoolConnection } from 'mysql2';
import type { DataSource } from 'typeorm';
import { acquire, send, statementMs } from './connection.js';
import { dataSource, declareSchema, poolOf, type SchemaOptions } from './data-source.js';
import { fromSqlError, isConnectionLost, isDeadlock } from './sql-errors.js';
import { countDeadlockRetry, poolGauge } from './sql-metrics.js';
import { SqlRunner, type SqlParam } from './sql.js';
import { Tx } from './transaction.js';

/** Runs of a transaction that meets deadlocks: forty transfers back and forth between two rows (database.db-spec) need up to six. */
const DEADLOCK_ATTEMPTS = 10;
/** Upper end of the random pause after a deadlock, in ms: doubled each time from the first to the last. */
const FIRST_PAUSE_MS = 16;
const LAST_PAUSE_MS = 128;

/** A service's MySQL schema: the process's one pool of connections to it. Connects on first use and again after the server was away. */
export class Database extends SqlRunner {
  private readonly gauge;

  constructor(
    readonly schema: string,
    options?: SchemaOptions,
  ) {
    super();
    if (options) declareSchema(schema, options);
    this.gauge = poolGauge(schema);
  }

  /** TypeORM's data source, for entity repositories and migrations. */
  source(): Promise<DataSource> {
    return dataSource(this.schema).catch((error: unknown) => {
      throw fromSqlError(error);
    });
  }

  /**
   * Runs `work` in a transaction (read committed) and commits. When the server chooses it as a deadlock's victim it runs again, so
   * `work` must not have effects outside the transaction; `tx.afterCommit` is for those.
   *
   * @throws what `work` throws, after a rollback; DoulError UNAVAILABLE or DEADLINE when the database is away, busy or slow
   */
  async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.attempt(work);
      } catch (error) {
        if (!isDeadlock(error) || attempt === DEADLOCK_ATTEMPTS) throw fromSqlError(error);
        countDeadlockRetry(this.schema);
        await sleep(Math.random() * Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LAST_PAUSE_MS));
      }
    }
  }

  private async attempt<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const { tx, value } = await this.withConnection(async (connection, source) => {
      const tx = new Tx(this.schema, source, connection);
      return { tx, value: await this.commitOrRollBack(tx, connection, work) };
    });
    await tx.runHooks();
    return value;
  }

  private async commitOrRollBack<T>(tx: Tx, connection: PoolConnection, work: (tx: Tx) => Promise<T>): Promise<T> {
    let value: T;
    try {
      value = await work(tx);
      await tx.commit();
    } catch (error) {
      // A connection that cannot roll back is closed, which rolls back too.
      await tx.rollBack(ROLLBACK_MS).catch(() => connection.destroy());
      throw error;
    }
    return value;
  }

  protected async run(sql: string, params: readonly SqlParam[]): Promise<unknown> {
    const once = (): Promise<unknown> =>
      this.withConnection((connection) => send(connection, this.schema, [{ sql, params }], statementMs())).catch((error: unknown) => {
        throw isConnectionLost(error) && /^\s*SELECT/i.test(sql) ? new LostRead(error) : fromSqlError(error);
      });
    try {
      return await once();
    } catch (error) {
      if (!(error instanceof LostRead)) throw error;
    }
    return this.retryRead(once);
  }

  /** A pooled connection may have died while it was idle: a read is worth a second try on a new one. */
  private async retryRead(once: () => Promise<unknown>): Promise<unknown> {
    try {
      return await once();
    } catch (error) {
      throw error instanceof LostRead ? fromSqlError(error.cause) : error;
    }
  }

  private async withConnection<T>(use: (connection: PoolConnection, source: DataSource) => Promise<T>): Promise<T> {
    const source = await this.source();
    const connection = await acquire(poolOf(source), this.gauge, statementMs());
    this.gauge.inUse(1);
    try {
      return await use(connection, source);
    } finally {
      this.gauge.inUse(-1);
      connection.release();
    }
  }
}

/** Long enough for the rollback of any transaction of ours, in ms; it must be sent even when the request has no time left. */
const ROLLBACK_MS = 2_000;

class LostRead extends Error {
  constructor(override readonly cause: unknown) {
    super('the connection was lost during a read');
  }
}
