import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { CacheStore } from './cache-store.js';
import { MemoryCacheStore } from './memory-cache-store.js';
import { ReadThroughCache, type ReadThroughOptions } from './read-through-cache.js';

type Options = ReadThroughOptions<number, string>;

/** A source that remembers what it was asked; ids below 100 exist. */
function newCache(overrides: Partial<Options> = {}) {
  const loads: number[][] = [];
  const source = { text: 'v1', delayMs: 0 };
  const cache = new ReadThroughCache<number, string>({
    name: 'spec',
    freshMs: 50,
    staleMs: 1_000,
    negativeMs: 50,
    store: new MemoryCacheStore({ maxEntries: 100 }),
    load: async (ids) => {
      loads.push([...ids]);
      const text = source.text;
      if (source.delayMs > 0) await sleep(source.delayMs);
      return new Map(ids.filter((id) => id < 100).map((id) => [id, `${text}-${id}`]));
    },
    ...overrides,
  });
  return { cache, loads, source };
}

describe('ReadThroughCache', () => {
  it('loads many at once, each id once, and asks nothing while fresh', async () => {
    const { cache, loads } = newCache();
    const [many, one] = await Promise.all([cache.getMany([1, 2, 2, 3]), cache.get(3)]);
    expect(many).toEqual(new Map([1, 2, 3].map((id) => [id, `v1-${id}`])));
    expect(one).toBe('v1-3');
    await cache.getMany([3, 1]);
    expect(loads).toEqual([[1, 2, 3]]);
  });

  it('remembers what does not exist', async () => {
    const { cache, loads } = newCache();
    expect(await cache.get(500)).toBeUndefined();
    expect(await cache.get(500)).toBeUndefined();
    expect(loads).toHaveLength(1);
    await sleep(60);
    await cache.get(500);
    expect(loads).toHaveLength(2);
  });

  it('gives the stale value at once while one load renews it', async () => {
    const { cache, loads, source } = newCache();
    await cache.get(1);
    await sleep(60);
    source.text = 'v2';
    source.delayMs = 20;
    expect(await Promise.all([cache.get(1), cache.get(1), cache.get(1)])).toEqual(['v1-1', 'v1-1', 'v1-1']);
    await sleep(40);
    expect(await cache.get(1)).toBe('v2-1');
    expect(loads).toHaveLength(2);
  });

  it('does not store what was read before a forget', async () => {
    const { cache, source } = newCache({ freshMs: 10_000 });
    source.delayMs = 30;
    const early = cache.get(1);
    await sleep(10);
    source.text = 'v2';
    await cache.forget([1]);
    const late = cache.get(1);
    expect(await early).toBe('v1-1');
    expect(await late).toBe('v2-1');
    expect(await cache.get(1)).toBe('v2-1');
  });

  it('treats a broken store as an empty one', async () => {
    const fail = () => Promise.reject(new Error('broken'));
    const store: CacheStore<number, string> = { read: fail, reserve: fail, fill: fail, forget: fail };
    const { cache } = newCache({ store });
    expect(await cache.get(1)).toBe('v1-1');
    await cache.forget([1]);
  });

  it('passes on a failed load, and tries again next time', async () => {
    let broken = true;
    const { cache } = newCache({
      load: (ids) => (broken ? Promise.reject(new Error('down')) : Promise.resolve(new Map(ids.map((id) => [id, 'ok'])))),
    });
    await expect(cache.get(1)).rejects.toThrow('down');
    broken = false;
    expect(await cache.get(1)).toBe('ok');
  });

  it('stays within its bytes', async () => {
    const store = new MemoryCacheStore<number, string>({ maxEntries: 1_000, maxBytes: 40, sizeOf: (value) => value.length });
    const { cache, loads } = newCache({ store, freshMs: 10_000 });
    await cache.getMany(Array.from({ length: 50 }, (_, at) => at));
    await cache.getMany(Array.from({ length: 50 }, (_, at) => at));
    expect(loads[1]?.length).toBeGreaterThan(35);
  });

  it('splits long lists', async () => {
    const { cache, loads } = newCache({ maxBatch: 10 });
    expect((await cache.getMany(Array.from({ length: 25 }, (_, at) => at))).size).toBe(25);
    expect(loads.map((ids) => ids.length)).toEqual([10, 10, 5]);
  });
});
