import { expect, it } from 'vitest';
import { nextFeedTime } from './feed-time.js';

it('never repeats and never goes back, even when the clock does', () => {
  expect(nextFeedTime(1_000, 0)).toBe(1_000);
  expect(nextFeedTime(1_000, 1_000)).toBe(1_001);
  expect(nextFeedTime(900, 1_001)).toBe(1_002);
});
