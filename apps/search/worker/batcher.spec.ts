import { describe, expect, it } from 'vitest';
import { Batcher } from './batcher.js';

describe('Batcher', () => {
  it('gathers what arrives together, within its limits, and runs one batch at a time', async () => {
    const batches: number[][] = [];
    let inside = 0;
    const batcher = new Batcher<number>(
      async (items) => {
        inside += 1;
        expect(inside).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 5));
        batches.push(items);
        inside -= 1;
      },
      { waitMs: 5, maxItems: 3, mayBeOneItem: () => false },
    );
    await Promise.all([1, 2, 3, 4, 5].map((item) => batcher.add(item)));
    await batcher.add(6);
    expect(batches).toEqual([[1, 2, 3], [4, 5], [6]]);
  });

  it('waits for nobody once it has to hurry', async () => {
    const hurry = new AbortController();
    const batches: number[][] = [];
    const work = async (items: number[]): Promise<void> => void batches.push(items);
    const batcher = new Batcher<number>(work, { waitMs: 2 ** 30, maxItems: 9, mayBeOneItem: () => false }, hurry.signal);
    const waiting = batcher.add(1);
    hurry.abort();
    await waiting;
    await batcher.add(2);
    expect(batches).toEqual([[1], [2]]);
  });

  it('fails the items of a failed batch, or only the guilty one where it can be told', async () => {
    for (const [oneItem, expected] of [
      [false, ['rejected', 'rejected', 'fulfilled']],
      [true, ['rejected', 'fulfilled', 'fulfilled']],
    ] as const) {
      const work = async (items: number[]): Promise<void> => {
        if (items.includes(1)) throw new Error('no');
      };
      const batcher = new Batcher<number>(work, { waitMs: 1, maxItems: 2, mayBeOneItem: () => oneItem });
      const results = await Promise.allSettled([1, 2, 3].map((item) => batcher.add(item)));
      expect(results.map(({ status }) => status)).toEqual(expected);
    }
  });
});
