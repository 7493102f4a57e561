import { Registry, Histogram as ReferenceHistogram, Counter as ReferenceCounter } from 'prom-client';
import { expect, it } from 'vitest';
import { Counter, Gauge, Histogram } from './series.js';

const labelNames = ['route', 'status'];
const buckets = [0.001, 0.01, 1];

it('is scraped as prom-client’s own metrics are', async () => {
  const ours = new Registry();
  const reference = new Registry();
  const counter = new Counter({ name: 'answers_total', help: 'Answers', labelNames }, ours);
  const seconds = new Histogram({ name: 'seconds', help: 'Time', labelNames, buckets }, ours);
  const referenceCounter = new ReferenceCounter({ name: 'answers_total', help: 'Answers', labelNames, registers: [reference] });
  const referenceSeconds = new ReferenceHistogram({ name: 'seconds', help: 'Time', labelNames, buckets, registers: [reference] });
  for (let i = 0; i < 200; i += 1) {
    const labels = { route: `/${i % 3}`, status: i % 2 === 0 ? 200 : 503 };
    const value = [0, 0.001, 0.0011, 0.5, 1, 7][i % 6] as number;
    counter.inc(labels, i);
    referenceCounter.inc(labels, i);
    seconds.observe(labels, value);
    referenceSeconds.observe(labels, value);
  }
  expect(await ours.metrics()).toBe(await reference.metrics());
});

it('has what has no labels from the start, and counts it without any', async () => {
  const registry = new Registry();
  const counter = new Counter({ name: 'things_total', help: 'Things', labelNames: [] }, registry);
  expect(await registry.metrics()).toContain('things_total 0');
  counter.inc();
  counter.inc(2);
  expect(await registry.metrics()).toContain('things_total 3');
});

it('keeps series that are held and those that are named the same', async () => {
  const registry = new Registry();
  const level = new Gauge({ name: 'level', help: 'Level', labelNames: ['of'] }, registry);
  level.labels({ of: 'a' }).set(5);
  level.inc({ of: 'a' }, 2);
  level.dec({ of: 'a' });
  level.set({ of: 'b' }, 3);
  expect(await registry.metrics()).toContain('level{of="a"} 6\nlevel{of="b"} 3');
  registry.resetMetrics();
  expect(await registry.metrics()).toContain('level{of="a"} 0\nlevel{of="b"} 0');
});

it('measures time, with labels said at either end', async () => {
  const registry = new Registry();
  const seconds = new Histogram({ name: 'took', help: 'Time', labelNames: ['method', 'outcome'], buckets }, registry);
  seconds.startTimer({ method: 'get' })({ outcome: 'ok' });
  expect(await registry.metrics()).toContain('took_count{method="get",outcome="ok"} 1');
});

it('refuses a label that it does not have', () => {
  const counter = new Counter({ name: 'things_total', help: 'Things', labelNames: ['kind'] }, new Registry());
  expect(() => counter.inc({ sort: 'a' })).toThrow('things_total has no label sort');
});
