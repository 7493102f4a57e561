import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FROM_START } from '../model/relation.js';
import { fromCursor, toCursor } from './cursor.js';

describe('cursors of relation lists', () => {
  it('come back as they went', () => {
    const whole = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    fc.assert(fc.property(whole, whole, (at, id) => void expect(fromCursor(toCursor({ at, id }))).toEqual({ at, id })));
  });

  it('start at the start', () => expect(fromCursor('')).toEqual(FROM_START));

  it.each(['x', '1.', '.1', '1.2.3', 'zzzzzzzzzzz.1', '-1.2', 'é.1'])('refuse %s', (text) => {
    expect(() => fromCursor(text)).toThrow(/cursor/);
  });
});
