import { childLog } from '@doul/runtime';
import type { PoolConnection } from 'mysql2';
import type { DataSource, EntityManager } from 'typeorm';
import { send, statementMs } from './connection.js';
import { SqlRunner, type SqlParam } from './sql.js';

const log = childLog('data');

/** One open transaction. Valid only inside the function that `Database.transaction` called. */
export class Tx extends SqlRunner {
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
    return runner.manager;
  }

  /**
   * Runs, and is waited for, once the transaction is durable, before `transaction()` returns; never after a rollback. What it does may be lost in a crash,
   * so it is for refreshing copies that repair themselves. Its failure is logged and does not fail the caller.
   */
  afterCommit(hook: () => unknown): void {
    this.hooks.push(hook);
  }

  protected run(sql: string, params: readonly SqlParam[]): Promise<unknown> {
    return send(this.connection, this.schema, sql, params, statementMs());
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
