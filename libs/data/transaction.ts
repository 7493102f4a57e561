import { childLog } from '@doul/runtime';
import type { PoolConnection } from 'mysql2';
import type { DataSource, EntityManager } from 'typeorm';
import { send, statementMs } from './connection.js';
import { insertStatements, SqlRunner, type SqlParam, type Statement } from './sql.js';

const log = childLog('data');

const START: Statement = { sql: 'START TRANSACTION', params: [] };
const COMMIT: Statement = { sql: 'COMMIT', params: [] };
const ROLLBACK: Statement = { sql: 'ROLLBACK', params: [] };

/** One open transaction. Valid only inside the function that `Database.transaction` called. */
export class Tx extends SqlRunner {
  /** Travels with the next statement. */
  private pending: Statement[] = [START];
  private readonly hooks: (() => unknown)[] = [];
  private entityManager: EntityManager | undefined;

  constructor(
    readonly schema: string,
    private readonly source: DataSource,
    private readonly connection: PoolConnection,
  ) {
    super();
  }

  /** TypeORM's manager on this transaction's connection, for work with entities. */
  get manager(): EntityManager {
    return (this.entityManager ??= this.newManager());
  }

  private newManager(): EntityManager {
    const runner = this.source.createQueryRunner();
    // TypeORM believes that it opened this transaction itself: it then uses our connection and makes only savepoints.
    Object.assign(runner, { databaseConnection: this.connection, isTransactionActive: true, transactionDepth: 1 });
    const query = runner.query.bind(runner) as (...statement: unknown[]) => Promise<unknown>;
    const inOrder = async (...statement: unknown[]): Promise<unknown> => {
      await this.sendPending();
      return query(...statement);
    };
    Object.assign(runner, { query: inOrder });
    return runner.manager;
  }

  /**
   * Runs a statement whose result nobody needs together with the next one, or with the commit: a round trip less. When it fails, so
   * does what it travels with, by its error.
   */
  defer(sql: string, params: readonly SqlParam[] = []): void {
    this.pending.push({ sql, params });
  }

  /** `insert`, deferred. */
  deferInsert(table: string, rows: readonly Record<string, SqlParam>[]): void {
    this.pending.push(...insertStatements('INSERT', table, rows));
  }

  /**
   * Runs, and is waited for, once the transaction is durable, before `transaction()` returns; never after a rollback. What it does may be lost in a crash,
   * so it is for refreshing copies that repair themselves. Its failure is logged and does not fail the caller.
   */
  afterCommit(hook: () => unknown): void {
    this.hooks.push(hook);
  }

  protected run(sql: string, params: readonly SqlParam[]): Promise<unknown> {
    this.pending.push({ sql, params });
    return this.sendPending();
  }

  private sendPending(): Promise<unknown> {
    const statements = this.pending;
    this.pending = [];
    if (statements.length === 0) return Promise.resolve();
    return send(this.connection, this.schema, statements, statementMs());
  }

  /** For `Database` only. */
  async commit(): Promise<void> {
    // Nothing was asked for, so nothing was begun.
    if (this.pending.length === 1 && this.pending[0] === START) return;
    this.pending.push(COMMIT);
    await this.sendPending();
  }

  /** For `Database` only. */
  async rollBack(ms: number): Promise<void> {
    const begun = this.pending[0] !== START;
    this.pending = [];
    if (begun) await send(this.connection, this.schema, [ROLLBACK], ms);
  }

  /** For `Database` only. */
  async runHooks(): Promise<void> {
    for (const hook of this.hooks) {
      try {
        await hook();
      } catch (error) {
        log.warn({ err: error, schema: this.schema }, 'a hook after a commit failed');
      }
    }
  }
}
