import { describe, expect, it } from 'vitest';
import { seeded, zipf } from './skew.js';

describe('zipf', () => {
  it('draws only ranks, and low ones far more often', () => {
    const draw = zipf(1_000, seeded(7));
    const drawn = Array.from({ length: 20_000 }, draw);
    expect(drawn.every((rank) => Number.isInteger(rank) && rank >= 0 && rank < 1_000)).toBe(true);
    const head = drawn.filter((rank) => rank < 10).length;
    const tail = drawn.filter((rank) => rank >= 990).length;
    expect(head).toBeGreaterThan(tail * 20);
  });

  it('gives the same draws for the same seed', () => {
    const [a, b] = [zipf(100, seeded(1)), zipf(100, seeded(1))];
    expect(Array.from({ length: 50 }, a)).toEqual(Array.from({ length: 50 }, b));
  });
});
