import { describe, expect, it, vi } from 'vitest';
import { Breaker } from './breaker.js';

describe('a breaker', () => {
  it('tries now and then while something is away, and always once it is back', async () => {
    let now = 0;
    const breaker = new Breaker(() => now);
    const failed = vi.fn();
    const away = vi.fn(() => Promise.reject(new Error('away')));
    for (let at = 0; at < 20; at++) expect(await breaker.attempt(away, failed)).toBeUndefined();
    expect([away.mock.calls.length, failed.mock.calls.length]).toEqual([5, 5]);
    now = 1_000;
    await breaker.attempt(away, failed);
    await breaker.attempt(away, failed);
    expect(away).toHaveBeenCalledTimes(6);
    now = 2_000;
    for (let at = 0; at < 3; at++) expect(await breaker.attempt(() => Promise.resolve(at), failed)).toBe(at);
  });
});
