import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { VersionedCache } from './versioned-cache.js';

const cacheOf = (ttlMs = 60_000, maxBytes = 100_000) =>
  new VersionedCache<string>({ name: 'spec', ttlMs: () => ttlMs, maxBytes, maxValueBytes: 1_000, sizeOf: (value) => value.length });

describe('VersionedCache', () => {
  it('loads a value once a version, however many ask at once', async () => {
    const cache = cacheOf();
    const load = vi.fn(async () => {
      await sleep(5);
      return 'value';
    });
    expect(await Promise.all([1, 2, 3].map(() => cache.get('a', 'v1', load)))).toEqual(['value', 'value', 'value']);
    expect(await cache.get('a', 'v1', load)).toBe('value');
    expect(load).toHaveBeenCalledTimes(1);
    await cache.get('a', 'v2', load);
    await cache.get('b', 'v2', load);
    expect(load).toHaveBeenCalledTimes(3);
  });

  it('never gives a question of a newer version what an older load brings', async () => {
    const cache = cacheOf();
    let finish = (_value: string): void => undefined;
    const old = cache.get('a', 'v1', () => new Promise((resolve) => (finish = resolve)));
    expect(await cache.get('a', 'v2', () => Promise.resolve('new'))).toBe('new');
    finish('old');
    expect(await old).toBe('old');
    await sleep(1);
    const again = vi.fn(() => Promise.resolve('loaded again'));
    expect(await cache.get('a', 'v2', again)).toBe('new');
    expect(again).not.toHaveBeenCalled();
  });

  it('believes nothing longer than its time', async () => {
    const cache = cacheOf(30);
    await cache.get('a', 'v1', () => Promise.resolve('first'));
    await sleep(40);
    expect(await cache.get('a', 'v1', () => Promise.resolve('second'))).toBe('second');
  });

  it('keeps no failure, and stays within its bytes', async () => {
    const cache = cacheOf(60_000, 5_000);
    await expect(cache.get('a', 'v1', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await cache.get('a', 'v1', () => Promise.resolve('yes'))).toBe('yes');
    for (let at = 0; at < 20; at += 1) await cache.get(`k${at}`, 'v1', () => Promise.resolve('x'.repeat(500)));
    const again = vi.fn(() => Promise.resolve('again'));
    await cache.get('a', 'v1', again);
    expect(again).toHaveBeenCalledTimes(1);
    const large = vi.fn(() => Promise.resolve('x'.repeat(1_001)));
    await cache.get('large', 'v1', large);
    await cache.get('large', 'v1', large);
    expect(large).toHaveBeenCalledTimes(2);
  });
});
