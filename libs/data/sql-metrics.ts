import { countCall, metrics } from '@doul/runtime';
import { sqlCode } from './sql-errors.js';

const seconds = metrics.histogram('doul_sql_seconds', 'Time of SQL messages by their last statement, without the wait for a connection', [
  'schema',
  'statement',
]);
const errors = metrics.counter('doul_sql_errors_total', 'Failed SQL statements', ['schema', 'statement', 'code']);
const pool = metrics.gauge('doul_sql_pool', 'Connections in use and callers waiting for one', ['schema', 'state']);
const retries = metrics.counter('doul_sql_deadlock_retries_total', 'Transactions run again after a deadlock', ['schema']);

const labels = new Map<string, string>();
/** Statements are constants, so this is only reached when somebody builds SQL from values. */
const MAX_LABELS = 2_000;

/** `select videos` for `SELECT … FROM videos …`: a verb and the first table, few enough to be a metric's label. */
export function statementLabel(sql: string): string {
  const known = labels.get(sql);
  if (known !== undefined) return known;
  const verb = /^\s*(\w+)/.exec(sql)?.[1]?.toLowerCase() ?? '?';
  const table = /\b(?:from|into|update|table)\s+`?(\w+)/i.exec(sql)?.[1] ?? '';
  const label = table === '' ? verb : `${verb} ${table}`;
  if (labels.size < MAX_LABELS) labels.set(sql, label);
  return label;
}

/** Runs a message of one or more statements under the clock and counts it, once, towards the request's budget. */
export async function measured<T>(schema: string, sql: string, work: () => Promise<T>): Promise<T> {
  const statement = statementLabel(sql);
  countCall('sql');
  const start = performance.now();
  try {
    return await work();
  } catch (error) {
    errors.inc({ schema, statement, code: sqlCode(error) ?? 'unknown' });
    throw error;
  } finally {
    seconds.observe({ schema, statement }, (performance.now() - start) / 1_000);
  }
}

export const poolGauge = (schema: string) => ({
  inUse: (by: 1 | -1) => pool.inc({ schema, state: 'in_use' }, by),
  waiting: (by: 1 | -1) => pool.inc({ schema, state: 'waiting' }, by),
});

export const countDeadlockRetry = (schema: string): void => retries.inc({ schema });
