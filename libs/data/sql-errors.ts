import { CommonErrors, DoulError } from '@doul/contracts';

/** The connection is gone or could not be made; nothing is known of a statement that was under way. */
const LOST = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR',
  'PROTOCOL_ENQUEUE_AFTER_QUIT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ER_CON_COUNT_ERROR',
  'ER_SERVER_SHUTDOWN',
  'ER_CONNECTION_KILLED',
  'POOL_CLOSED',
]);
/** Statement, lock wait or connect took too long. */
const LATE = new Set(['PROTOCOL_SEQUENCE_TIMEOUT', 'ETIMEDOUT', 'ER_STATEMENT_TIMEOUT', 'ER_QUERY_TIMEOUT', 'ER_LOCK_WAIT_TIMEOUT']);
/** The server rolled the transaction back because of a concurrent one: running it again is right. */
const DEADLOCK = new Set(['ER_LOCK_DEADLOCK', 'ER_CHECKREAD']);

/** The driver's error code of a failed statement, also through TypeORM's QueryFailedError. */
export function sqlCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if (error instanceof DoulError) return sqlCode(error.cause);
  const { code, driverError } = error as { code?: unknown; driverError?: unknown };
  return typeof code === 'string' ? code : sqlCode(driverError);
}

export const isDuplicate = (error: unknown): boolean => sqlCode(error) === 'ER_DUP_ENTRY';
export const isDeadlock = (error: unknown): boolean => DEADLOCK.has(sqlCode(error) ?? '');
export const isConnectionLost = (error: unknown): boolean => LOST.has(sqlCode(error) ?? '');
export const isLate = (error: unknown): boolean => LATE.has(sqlCode(error) ?? '');

/** Lost connections become UNAVAILABLE and timeouts DEADLINE, with the driver's error as cause; other errors stay as they are. */
export function fromSqlError(error: unknown): unknown {
  if (error instanceof DoulError) return error;
  if (isConnectionLost(error) || isDeadlock(error)) return CommonErrors.UNAVAILABLE({}, error);
  return isLate(error) ? CommonErrors.DEADLINE({}, error) : error;
}
