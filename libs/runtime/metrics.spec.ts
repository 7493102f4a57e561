import { expect, it } from 'vitest';
import { collectProcessMetrics, metrics, metricsText } from './metrics.js';

it('gives the same metric for the same name', async () => {
  metrics.counter('spec_things_total', 'Things', ['kind']).inc({ kind: 'a' });
  metrics.counter('spec_things_total', 'Things', ['kind']).inc({ kind: 'a' }, 2);
  expect(await metricsText()).toContain('spec_things_total{kind="a"} 3');
});

it('refuses a name that is another kind of metric', () => {
  metrics.gauge('spec_level', 'Level');
  expect(() => metrics.counter('spec_level', 'Level')).toThrow('spec_level is no Counter');
  expect(() => metrics.histogram('spec_level', 'Level')).toThrow('spec_level is no Histogram');
});

it('measures the process, its event loop included, and may be asked to twice', async () => {
  collectProcessMetrics();
  collectProcessMetrics();
  expect(await metricsText()).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
});
