import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Rounds } from './rounds.js';

it('runs one round at a time, and none once it is stopped, which waits for the last', async () => {
  let [started, ended] = [0, 0];
  const rounds = new Rounds(async () => {
    expect(started).toBe(ended);
    started += 1;
    await sleep(5);
    ended += 1;
    return 1;
  });
  while (ended < 3) await sleep(1);
  while (started === ended) await sleep(1);
  await rounds.stop();
  const before = started;
  expect(ended).toBe(before);
  await sleep(30);
  expect(started).toBe(before);
});

it('waits for as long as a round says', async () => {
  let started = 0;
  const rounds = new Rounds(async () => {
    started += 1;
    return 60_000;
  });
  await sleep(50);
  expect(started).toBe(1);
  await rounds.stop();
});
