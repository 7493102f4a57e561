import { CommonErrors, DoulError } from '@doul/contracts';

/** Our own code, for a pool whose line of waiters is full. */
export const POOL_FULL = 'POOL_FULL';

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

/** MariaDB's numbers that the driver has no names for. */
const NAMES: Record<number, string> = { 1927: 'ER_CONNECTION_KILLED', 1969: 'ER_STATEMENT_TIMEOUT' };

/** The driver's error code of a failed statement, also through TypeORM's QueryFailedError. */
export function sqlCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if (error instanceof DoulError) return sqlCode(error.cause);
  const { code, errno, driverError } = error as { code?: unknown; errno?: unknown; driverError?: unknown };
  const name = typeof errno === 'number' ? NAMES[errno] : undefined;
  return name ?? (typeof code === 'string' ? code : sqlCode(driverError));
}

export const isDuplicate = (error: unknown): boolean => sqlCode(error) === 'ER_DUP_ENTRY';
export const isDeadlock = (error: unknown): boolean => DEADLOCK.has(sqlCode(error) ?? '');
export const isConnectionLost = (error: unknown): boolean => LOST.has(sqlCode(error) ?? '');
export const isLate = (error: unknown): boolean => LATE.has(sqlCode(error) ?? '');

/** More callers wait for a connection than a pool lets wait. */
const isCrowded = (error: unknown): boolean => sqlCode(error) === POOL_FULL;

/** Lost connections and crowded pools become UNAVAILABLE and timeouts DEADLINE, with the driver's error as cause; other errors stay as they are. */
export function fromSqlError(error: unknown): unknown {
  if (error instanceof DoulError) return error;
  if (isConnectionLost(error) || isDeadlock(error) || isCrowded(error)) return CommonErrors.UNAVAILABLE({}, error);
  return isLate(error) ? CommonErrors.DEADLINE({}, error) : error;
}
