import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { together } from './together.js';

const forever = (signal: AbortSignal): Promise<never> => sleep(60_000, undefined, { signal }) as Promise<never>;

it('answers what all parts answer', async () => {
  expect(
    await together<[number, string]>(
      undefined,
      async () => 1,
      async () => 'two',
    ),
  ).toEqual([1, 'two']);
});

it('ends every part when one fails, and waits for their end', async () => {
  let ended = 0;
  const other = (signal: AbortSignal): Promise<never> =>
    forever(signal).finally(async () => {
      await sleep(20);
      ended += 1;
    });
  const failing = async (): Promise<never> => {
    await sleep(5);
    throw new Error('one failed');
  };
  await expect(together<[never, never, never]>(undefined, other, failing, other)).rejects.toThrow('one failed');
  expect(ended).toBe(2);
});

it('ends every part when the caller gives up', async () => {
  const caller = new AbortController();
  const all = together<[never, never]>(caller.signal, forever, forever);
  caller.abort(new Error('given up'));
  await expect(all).rejects.toMatchObject({ name: 'AbortError' });
});
