import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketOf, median, percentileMs, upperBound, type Buckets } from './histogram.js';

describe('the histogram', () => {
  it('knows every duration from 1 µs to an hour to 1.6 %, and never shows it shorter than it was', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 3.6e9, noNaN: true }), (us) => {
        const shown = upperBound(bucketOf(us));
        expect(shown).toBeGreaterThanOrEqual(us);
        expect(shown).toBeLessThanOrEqual(us * (1 + 1 / 64) + 1e-6);
      }),
    );
  });

  it('finds percentiles, whatever the order of the buckets', () => {
    const buckets: Buckets = [
      [bucketOf(50_000), 1],
      [bucketOf(1_000), 98],
      [bucketOf(2_000), 1],
    ];
    expect(percentileMs(buckets, 0.5)).toBeCloseTo(1, 1);
    expect(percentileMs(buckets, 0.99)).toBeCloseTo(2, 1);
    expect(percentileMs(buckets, 1)).toBeCloseTo(50, -1);
    expect(percentileMs([], 0.99)).toBe(0);
  });
});

describe('the median', () => {
  it('is a figure that was measured', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2);
    expect(median([])).toBe(0);
  });
});
