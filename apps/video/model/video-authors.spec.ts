import { expect, it } from 'vitest';
import { VideoAuthors } from './video-authors.js';

const authorOf = (id: number): number => 1_000 + (id % 7);

it('knows every author of every question, however few of them it can remember', async () => {
  const authors = new VideoAuthors(5);
  let asked = 0;
  const read = async (ids: readonly number[]): Promise<Map<number, number>> => {
    asked += ids.length;
    return new Map(ids.filter((id) => id < 90).map((id) => [id, authorOf(id)]));
  };
  for (let round = 0; round < 300; round += 1) {
    const ids = [...new Set(Array.from({ length: 8 }, () => Math.floor(Math.random() * 100)))];
    expect(await authors.of(ids, read)).toEqual(new Map(ids.filter((id) => id < 90).map((id) => [id, authorOf(id)])));
  }
  expect(asked).toBeGreaterThan(0);
});

it('asks once for what it remembers', async () => {
  const authors = new VideoAuthors();
  const questions: (readonly number[])[] = [];
  const read = async (ids: readonly number[]): Promise<Map<number, number>> => {
    questions.push(ids);
    return new Map(ids.map((id) => [id, authorOf(id)]));
  };
  await authors.of([1, 2], read);
  await authors.of([2, 3], read);
  await authors.of([1, 2, 3], read);
  expect(questions).toEqual([[1, 2], [3]]);
});
