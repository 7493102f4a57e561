import { etcd } from '@doul/runtime';

/** How often something was called, over all processes. */
export type CallKind = 'rpc' | 'sql' | 'redis';
export type Calls = Record<CallKind, number>;

/** The counters of each kind; a Redis pipeline and a batch of questions that travels in one RPC are one call each. */
const COUNTERS: Record<CallKind, string> = {
  rpc: 'doul_rpc_client_seconds_count',
  sql: 'doul_sql_seconds_count',
  redis: 'doul_redis_seconds_count',
};
const SCRAPE_MS = 5_000;

interface Registered {
  address: string;
  admin: number;
}

/** The /metrics texts of every process, by way of the private ports in etcd. */
export async function scrapeAll(): Promise<string[]> {
  const entries = [...(await (await etcd()).list('services/')).values()].map((value) => JSON.parse(value) as Registered);
  const ports = new Set(entries.map(({ address, admin }) => `http://${address}:${admin}/metrics`));
  return Promise.all([...ports].map(async (url) => (await fetch(url, { signal: AbortSignal.timeout(SCRAPE_MS) })).text()));
}

/** The sum of a metric over its labels and over texts in Prometheus' format. */
export function sumOf(texts: readonly string[], metric: string): number {
  let sum = 0;
  for (const text of texts) {
    for (const line of text.split('\n')) {
      if (!line.startsWith(metric) || !/[{ ]/.test(line.charAt(metric.length))) continue;
      sum += Number(line.slice(line.lastIndexOf(' ') + 1));
    }
  }
  return sum;
}

async function callsNow(): Promise<Calls> {
  const texts = await scrapeAll();
  return { rpc: sumOf(texts, COUNTERS.rpc), sql: sumOf(texts, COUNTERS.sql), redis: sumOf(texts, COUNTERS.redis) };
}

/** Counts the calls between now and the call of the returned function. Timers of the processes that run meanwhile are counted too. */
export async function startCounting(): Promise<() => Promise<Calls>> {
  const before = await callsNow();
  return async () => {
    const after = await callsNow();
    return { rpc: after.rpc - before.rpc, sql: after.sql - before.sql, redis: after.redis - before.redis };
  };
}
