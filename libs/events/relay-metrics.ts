import type { Database } from '@doul/data';
import { childLog, metrics } from '@doul/runtime';

const log = childLog('events');

const depth = metrics.gauge('doul_outbox_depth', 'Events waiting in the outbox (counted up to 100,000)', ['schema']);
const age = metrics.gauge('doul_outbox_age_seconds', 'Age of the oldest waiting event', ['schema']);

const MEASURE_EVERY_MS = 5_000;
/** Counting further would cost more than it tells. */
const COUNT_LIMIT = 100_000;

async function measure(schema: string, database: Pick<Database, 'one'>): Promise<void> {
  const oldest = await database.one<{ occurred_at: number }>('SELECT occurred_at FROM outbox ORDER BY id LIMIT 1');
  age.set({ schema }, oldest ? Math.max(0, Date.now() - oldest.occurred_at) / 1_000 : 0);
  if (!oldest) return depth.set({ schema }, 0);
  const counted = await database.one<{ n: number }>('SELECT COUNT(*) AS n FROM (SELECT 1 FROM outbox LIMIT ?) AS waiting', [COUNT_LIMIT]);
  depth.set({ schema }, counted?.n ?? 0);
}

/** Measures depth and age of an outbox every 5 s. */
export function watchOutbox(schema: string, database: Pick<Database, 'one'>): { stop(): void } {
  const timer = setInterval(
    () => void measure(schema, database).catch((error: unknown) => log.debug({ err: error, schema }, 'could not measure the outbox')),
    MEASURE_EVERY_MS,
  );
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
