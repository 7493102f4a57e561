import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Gap, foldText } from './fold.js';

describe('foldText', () => {
  it.each([
    ['ＡＢＣ', 'abc'],
    ['線上賭博', '线上赌博'],
    ['Ⅳ ① ﬁ ㎏', 'iv1fikg'],
    ['Straße İstanbul Çök', 'straßeistanbulcok'],
    ['が カ', 'がカ'],
    ['a\u200bb\ufe0fc', 'abc'],
    ['\u3164\u115f\u2800', ''],
    ['𠮷野家', '𠮷野家'],
  ])('folds %j to %j', (text, letters) => {
    expect(foldText(text).letters).toBe(letters);
  });

  it('remembers the widest gap between letters', () => {
    const { gaps } = foldText('ab\u200bc*d e，f\ng');
    expect([...gaps]).toEqual([Gap.none, Gap.none, Gap.invisible, Gap.symbol, Gap.space, Gap.clause, Gap.clause]);
  });

  it('maps every folded unit to the character of the original it came from', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        const { letters, starts, ends, gaps } = foldText(text);
        expect([starts.length, ends.length, gaps.length]).toEqual([letters.length, letters.length, letters.length]);
        for (let index = 0; index < letters.length; index += 1) {
          const original = text.slice(starts[index], ends[index]);
          expect([...original]).toHaveLength(1);
          expect(foldText(original).letters).toContain(letters[index]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('folds what is folded to itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'aÉ赌賭博ＦF①ß臺台 *\u200b'), maxLength: 30 }), (text) => {
        const { letters } = foldText(text);
        expect(foldText(letters).letters).toBe(letters);
      }),
    );
  });
});
