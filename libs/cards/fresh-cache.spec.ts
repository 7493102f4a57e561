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

interface Parts {
  name: number;
  count: number;
}

/** Values of a name and a count, of which the count changes often. */
class TwoParts {
  readonly truth = new Map<number, Parts>();
  readonly reads: string[] = [];
  /** Between what is read and its answer. */
  way: () => Promise<unknown> = () => Promise.resolve();
  isPartAway = false;
  readonly cache = new FreshCache<Parts>({
    name: 'spec',
    load: async (ids) => {
      this.reads.push(`whole ${ids.join()}`);
      return this.read(ids, (value) => ({ ...value }));
    },
    loadPart: async (ids) => {
      this.reads.push(`part ${ids.join()}`);
      if (this.isPartAway) throw new Error('away');
      return this.read(ids, ({ count }) => (value: Parts) => ({ ...value, count }));
    },
    maxBytes: 1_000_000,
    bytesOf: () => 10,
    isWatched: () => true,
  });

  private async read<T>(ids: readonly number[], of: (value: Parts) => T): Promise<Map<number, T>> {
    const found = ids.flatMap((id) => (this.truth.has(id) ? [[id, of(this.truth.get(id) as Parts)] as const] : []));
    await this.way();
    return new Map(found);
  }

  /** Answers wait until they are let go, in any order. */
  holdAnswers(): (() => void)[] {
    const held: (() => void)[] = [];
    this.way = () => new Promise<void>((go) => held.push(go));
    return held;
  }

  set = (id: number, name: number, count: number): void => void this.truth.set(id, { name, count });
  get = async (id: number) => this.cache.peek(id, Date.now()) ?? (await this.cache.load([id])).get(id);
}

describe('values of which a part changes often', () => {
  it('read that part alone, at once when somebody asks for them and else when somebody does', async () => {
    const two = new TwoParts();
    for (const id of [1, 2, 3]) two.set(id, id, 0);
    await Promise.all([1, 2, 3].map(two.get));
    two.cache.peek(1, Date.now());
    for (const id of [1, 2, 3]) two.set(id, id, 1);
    two.cache.partChanged([1, 2]);
    await sleep(10);
    expect(two.reads).toEqual(['whole 1,2,3', 'part 1']);
    expect(two.cache.peek(1, Date.now())).toEqual({ name: 1, count: 1 });
    expect(await Promise.all([2, 4].map(two.get))).toEqual([{ name: 2, count: 1 }, undefined]);
    expect(two.reads.slice(2).sort()).toEqual(['part 2', 'whole 4']);
    expect(two.cache.peek(3, Date.now())).toEqual({ name: 3, count: 0 });
  });

  it('are read wholly when both parts changed, and when the part cannot be had', async () => {
    const two = new TwoParts();
    two.set(1, 1, 0);
    await two.get(1);
    two.cache.peek(1, Date.now());
    two.set(1, 2, 2);
    two.cache.partChanged([1]);
    two.cache.changed([1]);
    two.cache.partChanged([1]);
    await sleep(10);
    expect(two.cache.peek(1, Date.now())).toEqual({ name: 2, count: 2 });
    two.isPartAway = true;
    two.set(1, 3, 3);
    await sleep(60);
    two.cache.partChanged([1]);
    await sleep(10);
    expect(await two.get(1)).toEqual({ name: 3, count: 3 });
    expect(two.reads.slice(1)).toEqual(['whole 1', 'part 1', 'whole 1']);
  });

  /** A question for an old part is under way, and then a reading of the whole begins: with the part as it was, or as it is. */
  const race = async (countAtLast: number) => {
    const two = new TwoParts();
    two.set(1, 0, 0);
    await two.get(1);
    two.set(1, 0, 1);
    two.cache.partChanged([1]);
    const held = two.holdAnswers();
    const part = two.get(1);
    await vi.waitFor(() => expect(held).toHaveLength(1), { interval: 1 });
    two.set(1, 2, countAtLast);
    two.cache.changed([1]);
    await vi.waitFor(() => expect(held).toHaveLength(2), { interval: 1 });
    expect(two.reads.slice(1)).toEqual(['part 1', 'whole 1']);
    return { two, part, held };
  };

  it.each([
    [0, 1],
    [1, 0],
  ])('keep neither an old part nor an old rest when answer %i comes before answer %i', async (first, second) => {
    const { two, part, held } = await race(3);
    held[first]?.();
    await sleep(5);
    held[second]?.();
    await part;
    await sleep(5);
    expect(two.cache.peek(1, Date.now())).toEqual({ name: 2, count: 3 });
  });

  it('keep the rest of a whole that was read before the part and answered after it, and read the part once more', async () => {
    const two = new TwoParts();
    two.set(1, 0, 0);
    await two.get(1);
    const held = two.holdAnswers();
    two.set(1, 1, 0);
    const whole = two.cache.load([1]);
    await vi.waitFor(() => expect(held).toHaveLength(1), { interval: 1 });
    two.set(1, 1, 2);
    two.cache.partChanged([1]);
    await vi.waitFor(() => expect(held).toHaveLength(2), { interval: 1 });
    held[1]?.();
    await sleep(5);
    held[0]?.();
    await whole;
    two.way = () => Promise.resolve();
    expect(await two.get(1)).toEqual({ name: 1, count: 2 });
    expect(two.reads).toEqual(['whole 1', 'whole 1', 'part 1', 'part 1']);
  });

  it('do not come back as they were from a reading that began before they were forgotten and changed', async () => {
    const two = new TwoParts();
    two.set(1, 0, 0);
    await two.get(1);
    two.cache.peek(1, Date.now());
    const held = two.holdAnswers();
    two.cache.changed([1]);
    two.cache.forget([1]);
    await vi.waitFor(() => expect(held).toHaveLength(1), { interval: 1 });
    two.set(1, 1, 1);
    two.cache.partChanged([1]);
    held[0]?.();
    await sleep(5);
    expect(two.cache.peek(1, Date.now())).toBeUndefined();
  });

  it('end as they are in truth, in whatever order changes, questions and answers come', async () => {
    const two = new TwoParts();
    const random = (below: number): number => Math.floor(Math.random() * below);
    two.way = () => sleep(random(90));
    const ids = [1, 2, 3, 4];
    for (const id of ids) two.set(id, 0, 0);
    for (let step = 1; step <= 600; step += 1) {
      const id = ids[random(4)] as number;
      const { name, count } = two.truth.get(id) as { name: number; count: number };
      const what = random(5);
      if (what === 0) two.set(id, step, count);
      if (what === 1) two.set(id, name, step);
      if (what === 0) two.cache.changed([id]);
      if (what === 1) two.cache.partChanged([id]);
      if (what === 2 && random(4) === 0) two.cache.forget([id]);
      if (what > 2) void two.get(id);
      if (random(3) === 0) await sleep(random(8));
    }
    await sleep(800);
    for (const id of ids) expect(await two.get(id)).toEqual(two.truth.get(id));
    expect(two.reads.filter((read) => read.startsWith('part')).length).toBeGreaterThan(0);
  });
});
