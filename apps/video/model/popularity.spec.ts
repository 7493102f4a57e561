import { expect, it } from 'vitest';
import { popularityClass } from './popularity.js';

it('grows with the binary logarithm of the likes', () => {
  expect([0, 1, 2, 3, 6, 7, 1022, 1023].map(popularityClass)).toEqual([0, 1, 1, 2, 2, 3, 9, 10]);
  expect(popularityClass(-1)).toBe(0);
});
