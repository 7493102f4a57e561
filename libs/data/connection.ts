import { CommonErrors } from '@doul/contracts';
import { currentContext } from '@doul/runtime';
import type { Pool, PoolConnection } from 'mysql2';
import { dataConfig } from './data.config.js';
import { isConnectionLost, isLate, POOL_FULL } from './sql-errors.js';
import { measured, type poolGauge } from './sql-metrics.js';
import type { SqlParam } from './sql.js';

/**
 * How long the next statement may take, in ms: the configured limit, or less when the request that asks has less time left.
 *
 * @throws DoulError DEADLINE when nobody waits for the answer any more
 */
export function statementMs(): number {
  const limit = dataConfig().MYSQL_DEADLINE_MS;
  const deadline = currentContext()?.deadline;
  if (deadline === undefined) return limit;
  const left = deadline - Date.now();
  if (left <= 0) throw CommonErrors.DEADLINE();
  return Math.min(limit, left);
}

/** A connection from the pool within the deadline; one that arrives later goes straight back. */
export function acquire(pool: Pool, gauge: ReturnType<typeof poolGauge>, ms: number): Promise<PoolConnection> {
  gauge.waiting(1);
  return new Promise<PoolConnection>((resolve, reject) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      reject(Object.assign(new Error(`no free connection within ${ms} ms`), { code: 'ETIMEDOUT' }));
    }, ms);
    pool.getConnection((error, connection) => {
      clearTimeout(timer);
      if (late) return error ? undefined : connection.release();
      if (error?.message === 'Queue limit reached.') Object.assign(error, { code: POOL_FULL });
      return error ? reject(error) : resolve(connection);
    });
  }).finally(() => gauge.waiting(-1));
}

/** Sends one statement. A connection that timed out or broke is destroyed: its answer could reach the next user. */
export function send(connection: PoolConnection, schema: string, sql: string, params: readonly SqlParam[], ms: number): Promise<unknown> {
  // Not by its own promises: they note where each statement was sent from, 8 % of what the RPC layer of comments does under load.
  const answer = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      connection.query({ sql, values: [...params], timeout: Math.ceil(ms) }, (error, result) => {
        if (!error) return resolve(result);
        if (isConnectionLost(error) || isLate(error)) connection.destroy();
        reject(error);
      });
    });
  return measured(schema, sql, answer);
}
