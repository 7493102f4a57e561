import { CommonErrors } from '@doul/contracts';
import { currentContext } from '@doul/runtime';
import type { Pool, PoolConnection } from 'mysql2';
import { dataConfig } from './data.config.js';
import { isConnectionLost, isLate, POOL_FULL } from './sql-errors.js';
import { measured, type poolGauge } from './sql-metrics.js';
import type { Statement } from './sql.js';

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

/** Most characters of statements that travel together, far below the server's largest packet (16 MB). */
const MAX_TOGETHER = 1_000_000;

/**
 * Sends statements in one message, and one answer comes back: the server runs them in order and stops at the first that fails. A
 * connection that timed out or broke is destroyed: its answer could reach the next user.
 *
 * @returns the result of the last
 */
export async function send(connection: PoolConnection, schema: string, statements: readonly Statement[], ms: number): Promise<unknown> {
  let result: unknown;
  for (const message of messagesOf(connection, statements)) result = await sendMessage(connection, schema, message, ms);
  return result;
}

interface Message {
  /** Its last statement, which the time is put down to. */
  label: string;
  readonly texts: string[];
}

/** One message, or several for what is too long for one. */
function messagesOf(connection: PoolConnection, statements: readonly Statement[]): Message[] {
  const messages: Message[] = [];
  let length = 0;
  for (const { sql, params } of statements) {
    const text = connection.format(sql, [...params]);
    const message = messages.at(-1);
    if (message && length + text.length <= MAX_TOGETHER) {
      message.texts.push(text);
      message.label = sql;
      length += text.length;
    } else {
      messages.push({ label: sql, texts: [text] });
      length = text.length;
    }
  }
  return messages;
}

function sendMessage(connection: PoolConnection, schema: string, { label, texts }: Message, ms: number): Promise<unknown> {
  // Not by its own promises: they note where each statement was sent from, 8 % of what the RPC layer of comments does under load.
  const answer = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      connection.query({ sql: texts.join(';'), timeout: Math.ceil(ms) }, (error, results) => {
        if (!error) return resolve(texts.length > 1 ? (results as unknown as unknown[]).at(-1) : results);
        if (isConnectionLost(error) || isLate(error)) connection.destroy();
        reject(error);
      });
    });
  return measured(schema, label, answer);
}
