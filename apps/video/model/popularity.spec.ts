import { expect, it } from 'vitest';
import { popularityClass } from './popularity.js';

it('stays at zero for the first likes, then grows with the binary logarithm', () => {
  expect([0, 1, 7, 15, 16, 31, 32, 1023, 1024].map(popularityClass)).toEqual([0, 0, 0, 0, 4, 4, 5, 9, 10]);
  expect(popularityClass(-1)).toBe(0);
});
