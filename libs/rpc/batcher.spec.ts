import { newContext, runInContext, type RequestContext } from '@doul/runtime';
import { CommonErrors } from '@doul/contracts';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Batcher } from './batcher.js';

const soon = (ms = 1_000) => ({ until: Date.now() + ms });

it('sends what is asked in one turn together, in order, and a full batch at once', async () => {
  const calls: number[][] = [];
  const batcher = new Batcher<number, number>({
    name: 'spec',
    max: 3,
    ask: async (questions) => {
      calls.push([...questions]);
      return questions.map((question) => question * 10);
    },
  });
  expect(await Promise.all([1, 2, 3, 4].map((question) => batcher.ask(question, soon())))).toEqual([10, 20, 30, 40]);
  expect(calls).toEqual([[1, 2, 3], [4]]);
  await batcher.ask(5, soon());
  expect(calls.at(-1)).toEqual([5]);
});

it('fails all questions of a failed batch, and goes on', async () => {
  let fail = true;
  const batcher = new Batcher<number, number>({
    name: 'spec',
    max: 9,
    ask: (all) => (fail ? Promise.reject(new Error('no')) : Promise.resolve([...all])),
  });
  const results = await Promise.allSettled([batcher.ask(1, soon()), batcher.ask(2, soon())]);
  expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected']);
  fail = false;
  expect(await batcher.ask(3, soon())).toBe(3);
});

it('charges each asker with what the batch cost', async () => {
  const ask = (all: readonly number[], { calls }: RequestContext): Promise<number[]> => {
    calls.rpc += 1;
    return Promise.resolve([...all]);
  };
  const batcher = new Batcher<number, number>({ name: 'spec', max: 9, ask });
  const contexts = [newContext('a'), newContext('b')];
  await Promise.all(contexts.map(({ calls }, at) => batcher.ask(at, { ...soon(), calls })));
  expect(contexts.map((context) => context.calls.rpc)).toEqual([1, 1]);
});

it('fails its questions when asking throws at once, or answers too few', async () => {
  const throwing = new Batcher<number, number>({
    name: 'spec',
    max: 9,
    ask: () => {
      throw new Error('at once');
    },
  });
  await expect(throwing.ask(1, soon())).rejects.toThrow('at once');
  const short = new Batcher<number, number>({ name: 'spec', max: 9, ask: async () => [1] });
  const results = await Promise.allSettled([short.ask(1, soon()), short.ask(2, soon())]);
  expect(results).toMatchObject([{ reason: { name: 'INTERNAL' } }, { reason: { name: 'INTERNAL' } }]);
});

it('has the deadline of the asker that waits longest, no caller, and lets the impatient one go in time', async () => {
  const seen: unknown[] = [];
  const ask = async (all: readonly number[], { deadline, userId }: RequestContext): Promise<number[]> => {
    seen.push([deadline, userId]);
    await sleep(150);
    return [...all];
  };
  const batcher = new Batcher<number, number>({ name: 'spec', max: 9, ask });
  const [short, long] = [soon(50), soon(5_000)];
  const results = await runInContext({ ...newContext('asker'), userId: 7 }, () =>
    Promise.allSettled([batcher.ask(1, short), batcher.ask(2, long)]),
  );
  expect(seen).toEqual([[long.until, undefined]]);
  expect(results).toMatchObject([{ reason: { name: 'DEADLINE' } }, { value: 2 }]);
});

it('gives a question its own failure, and its neighbours their answers', async () => {
  const failure = CommonErrors.NOT_FOUND_PATH();
  const ask = async (all: readonly number[]) => all.map((question) => (question === 2 ? failure : question * 10));
  const batcher = new Batcher<number, number>({ name: 'spec', max: 9, ask });
  const results = await Promise.allSettled([1, 2, 3].map((question) => batcher.ask(question, soon())));
  expect(results).toMatchObject([{ value: 10 }, { reason: failure }, { value: 30 }]);
});

it('refuses at once what is beyond its bound, and takes questions again when answers have come', async () => {
  const batcher = new Batcher<number, number>({ name: 'spec', max: 2, maxPending: 3, ask: async (all) => [...all] });
  const results = await Promise.allSettled([1, 2, 3, 4].map((question) => batcher.ask(question, soon())));
  expect(results).toMatchObject([{ value: 1 }, { value: 2 }, { value: 3 }, { reason: { name: 'UNAVAILABLE' } }]);
  expect(await batcher.ask(5, soon())).toBe(5);
});

it('does not ask for a caller that has left, nor keep one waiting that leaves later', async () => {
  const calls: number[][] = [];
  const ask = async (all: readonly number[]): Promise<number[]> => {
    calls.push([...all]);
    await sleep(50);
    return [...all];
  };
  const batcher = new Batcher<number, number>({ name: 'spec', max: 9, ask });
  const [early, late] = [new AbortController(), new AbortController()];
  const asked = [
    batcher.ask(1, { ...soon(), signal: early.signal }),
    batcher.ask(2, { ...soon(), signal: late.signal }),
    batcher.ask(3, soon()),
  ];
  const results = Promise.allSettled(asked);
  early.abort();
  await sleep(20);
  late.abort();
  expect(await results).toMatchObject([{ reason: { name: 'UNAVAILABLE' } }, { reason: { name: 'UNAVAILABLE' } }, { value: 3 }]);
  expect(calls).toEqual([[2, 3]]);
});
