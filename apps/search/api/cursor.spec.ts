import { DoulError } from '@doul/contracts';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from './cursor.js';

describe('cursor', () => {
  const position = { now: 1_768_435_200_000, after: { score: 2.4375123, id: 9_007_199_254_740_991 } };

  it('comes back as it was given out, and is short', () => {
    const cursor = encodeCursor('日落', position);
    expect(decodeCursor('日落', cursor)).toEqual(position);
    expect(cursor.length).toBeLessThan(120);
    expect(decodeCursor('日落', undefined)).toBeUndefined();
    expect(decodeCursor('日落', '')).toBeUndefined();
  });

  it.each([
    'x',
    'e30',
    Buffer.from('[1,2,3,4]').toString('base64url'),
    Buffer.from('null').toString('base64url'),
    encodeCursor('猫', position),
  ])('refuses %j', (cursor) => {
    expect(() => decodeCursor('日落', cursor)).toThrow(DoulError);
  });
});
