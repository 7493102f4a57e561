import { describe, expect, it } from 'vitest';
import { planParts } from './upload-plan.js';

const MIB = 2 ** 20;

describe('planParts', () => {
  it('cuts into few parts that hold the whole file', () => {
    expect(planParts(1, 5 * MIB)).toEqual({ partSize: 5 * MIB, partCount: 1 });
    expect(planParts(5 * MIB, 5 * MIB)).toEqual({ partSize: 5 * MIB, partCount: 1 });
    expect(planParts(5 * MIB + 1, 5 * MIB)).toEqual({ partSize: 5 * MIB, partCount: 2 });
    for (const size of [2 ** 30, 4 * 2 ** 30, 2 ** 40, 10 ** 12 - 1]) {
      const { partSize, partCount } = planParts(size, 5 * MIB);
      expect(partCount).toBeLessThanOrEqual(1_000);
      expect(partSize).toBeGreaterThanOrEqual(5 * MIB);
      expect(partSize * partCount).toBeGreaterThanOrEqual(size);
      expect(partSize * (partCount - 1)).toBeLessThan(size);
    }
  });
});
