import { countCall, currentContext, newContext, runInContext } from '@doul/runtime';
import { expect, it } from 'vitest';
import { Batcher } from './batcher.js';

it('sends what is asked in one turn together, in order, and a full batch at once', async () => {
  const calls: number[][] = [];
  const batcher = new Batcher<number, number>({
    max: 3,
    ask: async (questions) => {
      calls.push([...questions]);
      return questions.map((question) => question * 10);
    },
  });
  expect(await Promise.all([1, 2, 3, 4].map((question) => batcher.ask(question)))).toEqual([10, 20, 30, 40]);
  expect(calls).toEqual([[1, 2, 3], [4]]);
  await batcher.ask(5);
  expect(calls.at(-1)).toEqual([5]);
});

it('fails all questions of a failed batch, and goes on', async () => {
  let fail = true;
  const batcher = new Batcher<number, number>({
    max: 9,
    ask: (all) => (fail ? Promise.reject(new Error('no')) : Promise.resolve([...all])),
  });
  const results = await Promise.allSettled([batcher.ask(1), batcher.ask(2)]);
  expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected']);
  fail = false;
  expect(await batcher.ask(3)).toBe(3);
});

it('charges each asker with what the batch cost', async () => {
  const ask = (all: readonly number[]): Promise<number[]> => {
    countCall('rpc');
    return Promise.resolve([...all]);
  };
  const batcher = new Batcher<number, number>({ max: 9, ask });
  const contexts = [newContext('a'), newContext('b')];
  await Promise.all(contexts.map((context, at) => runInContext(context, () => batcher.ask(at))));
  expect(contexts.map((context) => context.calls.rpc)).toEqual([1, 1]);
});

it('fails its questions when asking throws at once, or answers too few', async () => {
  const throwing = new Batcher<number, number>({
    max: 9,
    ask: () => {
      throw new Error('at once');
    },
  });
  await expect(throwing.ask(1)).rejects.toThrow('at once');
  const short = new Batcher<number, number>({ max: 9, ask: async () => [1] });
  const results = await Promise.allSettled([short.ask(1), short.ask(2)]);
  expect(results).toMatchObject([{ reason: { name: 'INTERNAL' } }, { reason: { name: 'INTERNAL' } }]);
});

it('has the deadline of the asker that waits longest, and no caller', async () => {
  const seen: unknown[] = [];
  const ask = async (all: readonly number[]): Promise<number[]> => {
    seen.push([currentContext()?.deadline, currentContext()?.userId]);
    return [...all];
  };
  const batcher = new Batcher<number, number>({ max: 9, ask });
  const asker = (deadline?: number) => ({ ...newContext('asker'), userId: 7, ...(deadline === undefined ? {} : { deadline }) });
  await Promise.all([5_000, 9_000].map((deadline) => runInContext(asker(deadline), () => batcher.ask(1))));
  await Promise.all([5_000, undefined].map((deadline) => runInContext(asker(deadline), () => batcher.ask(1))));
  expect(seen).toEqual([
    [9_000, undefined],
    [undefined, undefined],
  ]);
});
