import { setTimeout as sleep } from 'node:timers/promises';
import { CARD_KEPT_MS } from '@doul/contracts';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FreshCache } from './fresh-cache.js';

/** The truth behind a cache, and what was asked of it. */
class Truth {
  readonly values = new Map<number, string>();
  readonly loads: number[][] = [];
  delayMs = 0;
  isAway = false;
  isWatched = true;
  readonly cache = new FreshCache<{ text: string }>({
    name: 'spec',
    load: async (ids) => {
      this.loads.push([...ids]);
      if (this.isAway) throw new Error('away');
      const read = new Map(ids.flatMap((id) => (this.values.has(id) ? [[id, { text: this.values.get(id) as string }]] : [])));
      await sleep(this.delayMs);
      return read;
    },
    maxBytes: 10_000,
    bytesOf: ({ text }) => text.length,
    isWatched: () => this.isWatched,
  });

  peek = (id: number, later = 0) => {
    const found = this.cache.peek(id, Date.now() + later);
    return found ? found.text : found;
  };
  get = async (id: number): Promise<string | undefined> => this.peek(id) ?? (await this.cache.load([id])).get(id)?.text;
}

let truth: Truth;
beforeEach(() => {
  truth = new Truth();
  for (let id = 1; id <= 9; id += 1) truth.values.set(id, `v${id}`);
});

describe('a cache that is told of changes', () => {
  it('loads each id once, together with the others of the turn, and then not again', async () => {
    expect(await Promise.all([1, 2, 1, 3].map(truth.get))).toEqual(['v1', 'v2', 'v1', 'v3']);
    expect(truth.loads).toEqual([[1, 2, 3]]);
    expect([truth.peek(1, 5_000), truth.peek(2, 9_000)]).toEqual(['v1', 'v2']);
    expect(truth.loads).toHaveLength(1);
  });

  it('loads what is asked for soon after a load has begun in one load more', async () => {
    await truth.get(1);
    const others = [2, 3, 4].map(async (id) => {
      await new Promise(setImmediate);
      return truth.get(id);
    });
    const last = new Promise((resolve) => setTimeout(resolve, 2)).then(() => truth.get(5));
    expect(await Promise.all([...others, last])).toEqual(['v2', 'v3', 'v4', 'v5']);
    expect(truth.loads).toEqual([[1], [2, 3, 4, 5]]);
  });

  it('reads anew what changed and is asked for, and drops what nobody asks for', async () => {
    await Promise.all([1, 2].map(truth.get));
    truth.peek(1);
    truth.values.set(1, 'new').set(2, 'new');
    truth.cache.changed([1, 2, 7]);
    await sleep(10);
    expect(truth.loads).toEqual([[1, 2], [1]]);
    expect([truth.peek(1), truth.peek(2)]).toEqual(['new', undefined]);
  });

  it('reads anew in one load more what changes soon after a load has begun', async () => {
    const all = [1, 2, 3, 4];
    await Promise.all(all.map(truth.get));
    all.map((id) => truth.peek(id));
    for (const id of all) {
      truth.values.set(id, 'new');
      truth.cache.changed([id]);
      await sleep(2);
    }
    await sleep(150);
    expect(all.map((id) => truth.peek(id))).toEqual(['new', 'new', 'new', 'new']);
    expect(truth.loads).toEqual([all, [1], [2, 3, 4]]);
  });

  it('never keeps what was read before a change, in whatever order the answers come', async () => {
    truth.delayMs = 30;
    const first = truth.get(1);
    await sleep(5);
    truth.values.set(1, 'new');
    truth.delayMs = 0;
    truth.cache.changed([1]);
    await first;
    await sleep(40);
    expect(truth.peek(1)).toBe('new');
  });

  it('reads once more what changes while it is read anew', async () => {
    await truth.get(1);
    truth.peek(1);
    truth.delayMs = 20;
    truth.values.set(1, 'second');
    truth.cache.changed([1]);
    await sleep(5);
    truth.values.set(1, 'third');
    truth.cache.changed([1]);
    await sleep(150);
    expect(truth.peek(1)).toBe('third');
  });

  it('does not keep a load that was under way when its id was forgotten', async () => {
    truth.delayMs = 20;
    const first = truth.get(1);
    await sleep(5);
    truth.values.delete(1);
    truth.cache.forget([1]);
    await first;
    expect(truth.peek(1)).toBeUndefined();
    expect(await truth.get(1)).toBeUndefined();
  });

  it('keeps what a change makes of a value, drops what it cannot tell, and keeps no load that was under way', async () => {
    await Promise.all([1, 2].map(truth.get));
    truth.delayMs = 20;
    const third = truth.get(3);
    await vi.waitFor(() => expect(truth.loads).toHaveLength(2), { interval: 1 });
    for (const id of [1, 3, 4]) truth.cache.change(id, ({ text }) => ({ text: `${text}, changed` }));
    truth.cache.change(2, () => undefined);
    expect(await third).toBe('v3');
    expect([1, 2, 3, 4].map((id) => truth.peek(id))).toEqual(['v1, changed', undefined, undefined, undefined]);
  });

  it('reads anew what is old although nobody said that it changed, and never gives what is older than may be kept', async () => {
    await truth.get(1);
    truth.values.set(1, 'new');
    expect(truth.peek(1, 0.39 * CARD_KEPT_MS)).toBe('v1');
    await sleep(10);
    expect(truth.loads).toHaveLength(1);
    expect(truth.peek(1, CARD_KEPT_MS)).toBeUndefined();
    expect(truth.peek(1, 0.6 * CARD_KEPT_MS)).toBe('v1');
    await sleep(10);
    expect(truth.peek(1)).toBe('new');
  });

  it('believes that an id does not exist for a moment only, and learns of its coming', async () => {
    expect(await truth.get(99)).toBeUndefined();
    expect(truth.peek(99)).toBeNull();
    expect(truth.peek(99, 400)).toBeUndefined();
    truth.values.set(99, 'here');
    truth.cache.changed([99]);
    await sleep(10);
    expect(truth.peek(99)).toBe('here');
  });

  it('gives up a value that changed and cannot be read', async () => {
    await truth.get(1);
    truth.peek(1);
    truth.isAway = true;
    truth.cache.changed([1]);
    await sleep(10);
    expect(truth.peek(1)).toBeUndefined();
    await expect(truth.get(1)).rejects.toThrow('away');
    truth.isAway = false;
    expect(await truth.get(1)).toBe('v1');
  });

  it('stays within its bytes', async () => {
    for (let id = 100; id < 200; id += 1) truth.values.set(id, 'x'.repeat(1_000));
    for (let id = 100; id < 200; id += 1) await truth.get(id);
    const kept = Array.from({ length: 100 }, (_, at) => truth.peek(100 + at)).filter(Boolean);
    expect(kept.length).toBeLessThanOrEqual(10);
    expect(truth.peek(199)).toBeDefined();
  });
});

describe('a cache that is not told of changes', () => {
  it('reads anew after 300 ms, and waits for it after 600', async () => {
    truth.isWatched = false;
    await truth.get(1);
    truth.values.set(1, 'new');
    expect(truth.peek(1, 250)).toBe('v1');
    expect(truth.peek(1, 350)).toBe('v1');
    await sleep(10);
    expect(truth.peek(1)).toBe('new');
    expect(truth.peek(1, 700)).toBeUndefined();
  });
});
