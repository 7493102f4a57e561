import { describe, expect, it } from 'vitest';
import { chart, groupOf, stack } from './chart.js';
import { markdown } from './markdown.js';
import { cpuUs, medianRun, type Row, type Run } from './row.js';
import { merged, withFigures } from './write.js';

const run = (requestsPerSecond: number, errors = 0): Run => ({
  requests: requestsPerSecond * 8,
  requestsPerSecond,
  p50Ms: 1,
  p95Ms: 2,
  p99Ms: 3.14,
  errors,
  bytesPerAnswer: 22_528,
  generatorCpuMs: 80,
  processes: [
    { name: 'video-rpc', cpuUs: 40, rssMb: 150 },
    { name: 'video-api', cpuUs: 60, rssMb: 200 },
    { name: 'redis-server', cpuUs: 20, rssMb: 30 },
  ],
  calls: { rpc: 0.1, sql: 0, redis: 0.2 },
});
const row = (scenario: string, rate: number, more: Partial<Row> = {}): Row => ({
  ...run(rate),
  scenario,
  loop: 'closed',
  shape: 'distributed',
  size: 'default',
  machine: { cpu: 'CPU', cores: 2, memoryGb: 8, node: 'v20.0.0', commit: 'abc', date: '2026-01-01T00:00:00Z' },
  runs: 3,
  idleMsPerSecond: 50,
  ...more,
});

describe('medians', () => {
  it('are taken of each figure, and errors are summed', () => {
    const median = medianRun([run(300, 1), run(100), run(200, 2)]);
    expect(median.requestsPerSecond).toBe(200);
    expect(median.errors).toBe(3);
    expect(cpuUs(median)).toBe(120);
    expect(median.processes[0]?.name).toBe('video-api');
  });
});

describe('the table', () => {
  it('has rates, costs, memory and particulars', () => {
    const text = markdown([row('feed', 9_000, { staticPerSecond: 20_000 }), row('like', 500, { details: { lag: '3 ms' } })]);
    expect(text).toContain('| feed | peak | 9,000 | 1.0 | 2.0 | 3.1 | 0 | 120 | 22.0 | 0.45 |');
    expect(text).toContain('video-api 60, video-rpc 40, redis-server 20'.split(', ')[0]);
    expect(text).toContain('- **like**\n  - lag: 3 ms');
    expect(text).toContain('| video-api | 200 |');
  });
});

describe('the chart', () => {
  it('knows the parts of the system', () => {
    expect(['nginx', 'video-api', 'video-rpc', 'search-worker', 'mariadbd', 'all-in-one'].map(groupOf)).toEqual([
      'nginx',
      'API layers',
      'RPC layers',
      'workers',
      'servers',
      'API layers',
    ]);
    expect(stack(row('feed', 1))).toEqual([
      ['API layers', 60],
      ['RPC layers', 40],
      ['servers', 20],
    ]);
  });

  it('is well-formed and escapes what it is told', () => {
    const svg = chart([row('a<b', 100, { staticPerSecond: 300 }), row('static', 1_000)]);
    expect(svg).toContain('a&lt;b');
    expect(svg).toContain('0.33 × static');
    expect(svg.match(/<text/g)?.length).toBe(svg.match(/<\/text>/g)?.length);
    expect(svg).not.toContain('>static<');
  });
});

describe('published figures', () => {
  it('replace those of the same scenario, shape and size, and keep the others', () => {
    const before = [row('feed', 1), row('feed', 2, { shape: 'all-in-one' })];
    expect(merged(before, [row('feed', 3), row('like', 4)]).map((one) => one.requestsPerSecond)).toEqual([3, 2, 4]);
  });

  it('go between the marks', () => {
    const text = 'a\n<!-- figures: made by ./doul bench --publish-docs; do not edit -->\nold\n<!-- end of figures -->\nb';
    expect(withFigures(text, 'new')).toContain('do not edit -->\n\nnew\n\n<!-- end of figures -->\nb');
    expect(() => withFigures('a', 'new')).toThrow('no place');
  });
});
