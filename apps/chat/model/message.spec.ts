import { describe, expect, it } from 'vitest';
import { nextTime, pairOf } from './message.js';

describe('conversations', () => {
  it('are the same from both sides', () => {
    expect(pairOf(7, 3)).toEqual([3, 7]);
    expect(pairOf(3, 7)).toEqual([3, 7]);
  });

  it('have times that only grow', () => {
    expect(nextTime(1_000, 0)).toBe(1_000);
    expect(nextTime(1_000, 1_000)).toBe(1_001);
    expect(nextTime(900, 1_000)).toBe(1_001);
  });
});
