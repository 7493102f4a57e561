import { expect, it } from 'vitest';
import { answerBuffer, giveBack } from './answer-buffers.js';

it('uses the memory of sent answers again, and never one that is in use', () => {
  const first = answerBuffer(20_000);
  const second = answerBuffer(20_000);
  expect(second.buffer).not.toBe(first.buffer);
  giveBack(first);
  const third = answerBuffer(30_000);
  expect(third.buffer).toBe(first.buffer);
  expect(third).toHaveLength(30_000);
});

it('takes the same memory back once only', () => {
  const buffer = answerBuffer(20_000);
  giveBack(buffer);
  giveBack(buffer);
  expect(answerBuffer(20_000).buffer).not.toBe(answerBuffer(20_000).buffer);
});

it('leaves buffers alone that are not its own, and those too large to keep', () => {
  const foreign = Buffer.from(new ArrayBuffer(32 << 10));
  giveBack(foreign);
  expect(answerBuffer(20_000).buffer).not.toBe(foreign.buffer);
  const large = answerBuffer(2 << 20);
  expect(large).toHaveLength(2 << 20);
  giveBack(large);
});
