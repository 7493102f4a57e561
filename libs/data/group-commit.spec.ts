import { CommonErrors, DoulError } from '@doul/contracts';
import { newContext, runInContext } from '@doul/runtime';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { GroupCommit } from './group-commit.js';

/** Writes numbers as their doubles, and remembers the groups. */
function doubling(behave: (items: readonly number[]) => void = () => undefined, max = 8) {
  const groups: number[][] = [];
  const commits = new GroupCommit<number, number>({
    name: 'spec',
    max,
    write: async (items) => {
      groups.push([...items]);
      await sleep(5);
      behave(items);
      return items.map((item) => item * 2);
    },
  });
  return { groups, commits };
}

describe('GroupCommit', () => {
  it('writes one item at once, and what arrives meanwhile together, in order', async () => {
    const { groups, commits } = doubling();
    const first = commits.add([1]);
    await sleep(2);
    const others = [commits.add([2, 3]), commits.add([4]), commits.add(Array.from({ length: 10 }, (_, at) => at + 5))];
    expect(await first).toEqual([2]);
    expect(await Promise.all(others)).toEqual([[4, 6], [8], Array.from({ length: 10 }, (_, at) => 2 * (at + 5))]);
    expect(groups).toEqual([[1], [2, 3, 4, 5, 6, 7, 8, 9], [10, 11, 12, 13, 14]]);
  });

  it('never has two writes under way', async () => {
    let running = 0;
    const commits = new GroupCommit<number, number>({
      name: 'spec',
      max: 4,
      write: async (items) => {
        running += 1;
        expect(running).toBe(1);
        await sleep(Math.random() * 3);
        running -= 1;
        return items;
      },
    });
    const results = await Promise.all(
      Array.from({ length: 100 }, async (_, at) => {
        await sleep(Math.random() * 40);
        return commits.add([at]);
      }),
    );
    expect(results).toEqual(Array.from({ length: 100 }, (_, at) => [at]));
  });

  it('begins the next group once one is committed, with few that have no result yet', async () => {
    const [order, results]: [string[], (() => void)[]] = [[], []];
    const commits = new GroupCommit<number, number>({
      name: 'spec',
      max: 1,
      write: async (items, committed) => {
        order.push(`begin ${items.join()}`);
        committed();
        await new Promise<void>((done) => results.push(done));
        order.push(`end ${items.join()}`);
        return items;
      },
    });
    const all = Promise.all(Array.from({ length: 7 }, (_, at) => commits.add([at])));
    await sleep(5);
    expect(order).toEqual(['begin 0', 'begin 1', 'begin 2', 'begin 3', 'begin 4']);
    results.shift()?.();
    results.shift()?.();
    await sleep(5);
    expect(order.slice(5)).toEqual(['end 0', 'end 1']);
    results[2]?.();
    await sleep(5);
    expect(order.slice(7)).toEqual(['end 4', 'begin 5', 'begin 6']);
    for (let at = 0; at < 9; at += 1) {
      results.forEach((done) => done());
      await sleep(1);
    }
    expect(await all).toEqual([0, 1, 2, 3, 4, 5, 6].map((at) => [at]));
  });

  it('fails only the item that cannot be written', async () => {
    const { groups, commits } = doubling((items) => {
      if (items.includes(3)) throw new Error('3 does not fit');
    });
    const results = await Promise.all([commits.add([1, 2]), commits.add([3]), commits.add([4])]);
    expect(results.flat().map((result) => (result instanceof DoulError ? result.name : result))).toEqual([2, 4, 'INTERNAL', 8]);
    expect(groups).toEqual([[1, 2, 3, 4], [1], [2], [3], [4]]);
  });

  it('does not try each alone when the database is away', async () => {
    const { groups, commits } = doubling(() => {
      throw CommonErrors.UNAVAILABLE();
    });
    const results = await commits.add([1, 2, 3]);
    expect(results).toEqual([1, 2, 3].map(() => expect.objectContaining({ name: 'UNAVAILABLE' })));
    expect(groups).toHaveLength(1);
    expect(await commits.add([4])).toMatchObject([{ name: 'UNAVAILABLE' }]);
  });

  it('writes nothing for those who no longer wait, and refuses what could only be late', async () => {
    const { groups, commits } = doubling(undefined, 4);
    const late = runInContext({ ...newContext('spec'), deadline: Date.now() - 1 }, () => commits.add([1]));
    expect(await late).toMatchObject([{ name: 'DEADLINE' }]);
    expect(groups).toEqual([]);
    const many = commits.add(Array.from({ length: 5_010 }, (_, at) => at));
    const extra = await commits.add([9]);
    expect(extra).toMatchObject([{ name: 'UNAVAILABLE' }]);
    void many;
  });

  it('charges each request what the write cost, once', async () => {
    const { commits } = doubling();
    const contexts = [newContext('a'), newContext('b')];
    await Promise.all(contexts.map((context) => runInContext(context, () => commits.add([1, 2]))));
    expect(contexts.map((context) => context.calls)).toEqual([
      { rpc: 0, sql: 0, redis: 0 },
      { rpc: 0, sql: 0, redis: 0 },
    ]);
  });
});
