import { expect, it } from 'vitest';
import { cut, parseCursor } from './cursor.js';

it('reads its own cursors and refuses others', () => {
  expect(parseCursor('')).toBe(Infinity);
  expect(parseCursor('17')).toBe(17);
  for (const wrong of ['-1', 'abc', '1e3', '99999999999999999', ' 1']) expect(() => parseCursor(wrong)).toThrow('cursor');
});

it('says where the next page starts only when there is one', () => {
  const itself = (item: number): number => item;
  expect(cut([9, 7, 5], 2, itself)).toEqual({ page: [9, 7], nextCursor: '7' });
  expect(cut([9, 7], 2, itself)).toEqual({ page: [9, 7], nextCursor: '' });
  expect(cut([], 2, itself)).toEqual({ page: [], nextCursor: '' });
});
