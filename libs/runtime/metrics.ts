import { collectDefaultMetrics, register } from 'prom-client';
import { Counter, Gauge, Histogram } from './series.js';

/** Seconds; covers a cached answer (1 ms) to a stuck call (10 s). */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

type Kind<M> = abstract new (...args: never[]) => M;

/** The metric of that name, made on the first call. */
function memo<M extends Counter | Gauge | Histogram>(kind: Kind<M>, name: string, make: () => M): M {
  const known: unknown = register.getSingleMetric(name);
  if (known === undefined) return make();
  if (known instanceof kind) return known;
  throw new Error(`the metric ${name} is no ${kind.name}`);
}

/** Prometheus metrics of the process; asking twice for a name gives the same metric. Labels must have few values. */
export const metrics = {
  counter: (name: string, help: string, labelNames: string[] = []): Counter =>
    memo(Counter, name, () => new Counter({ name, help, labelNames }, register)),
  gauge: (name: string, help: string, labelNames: string[] = []): Gauge =>
    memo(Gauge, name, () => new Gauge({ name, help, labelNames }, register)),
  /** Durations in seconds unless other buckets are given. */
  histogram: (name: string, help: string, labelNames: string[] = [], buckets: number[] = DURATION_BUCKETS): Histogram =>
    memo(Histogram, name, () => new Histogram({ name, help, labelNames, buckets }, register)),
};

/** How often the event loop's lag is sampled, in ms: each sample wakes an idle process up. */
const LAG_EVERY_MS = 100;

/** CPU, memory, garbage collection and event-loop lag of the process. */
export const collectProcessMetrics = (): void => {
  if (!register.getSingleMetric('process_cpu_seconds_total')) collectDefaultMetrics({ eventLoopMonitoringPrecision: LAG_EVERY_MS });
};

/** The text that Prometheus scrapes. */
export const metricsText = (): Promise<string> => register.metrics();
export const METRICS_CONTENT_TYPE = register.contentType;
