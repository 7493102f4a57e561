import { describe, expect, it } from 'vitest';
import type { Row } from '../report/row.js';
import { compared } from './scale.js';

const row = (scenario: string, size: string, cpuUs: number): Row =>
  ({ scenario, size, processes: [{ name: 'video-api', cpuUs, rssMb: 1 }] }) as unknown as Row;

describe('scale', () => {
  it('compares each page with the same page of the smallest size', () => {
    const rows = compared([row('feed', '10k', 100), row('list', '10k', 50), row('feed', '1m', 110), row('list', '1m', 75)]);
    expect(rows.map(({ details }) => details?.['CPU per request'])).toEqual([
      '1.00 × that with 10k',
      '1.00 × that with 10k',
      '1.10 × that with 10k',
      '1.50 × that with 10k',
    ]);
  });
});
