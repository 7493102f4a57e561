import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseWhole } from './numerals.js';

const id = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

describe('whole numbers', () => {
  it('are read from every form in which clients print them', () => {
    fc.assert(
      fc.property(id, (n) => {
        const go = n.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
        for (const text of [
          String(n),
          `${n}.0`,
          n.toExponential(),
          n.toExponential().toUpperCase(),
          go,
          go.replace('+', ' '),
          go.replace('+', ''),
        ]) {
          expect(parseWhole(text), text).toBe(n);
        }
      }),
    );
  });
  it('are exact or nothing', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 20n }), fc.integer({ min: -6, max: 6 }), (digits, exponent) => {
        const shifted = exponent >= 0 ? digits * 10n ** BigInt(exponent) : digits / 10n ** BigInt(-exponent);
        const whole = exponent >= 0 || shifted * 10n ** BigInt(-exponent) === digits;
        const fits = shifted <= BigInt(Number.MAX_SAFE_INTEGER);
        expect(parseWhole(`${digits}e${exponent}`)).toBe(whole && fits ? Number(shifted) : undefined);
      }),
    );
  });
  it.each([
    ['12', 12],
    ['1.2e+01', 12],
    ['1.2e 01', 12],
    ['1.234567e+06', 1_234_567],
    ['1.234567E7', 12_345_670],
    ['120e-1', 12],
    ['-3', -3],
    [' 7 ', 7],
    ['007', 7],
    ['0e9999', 0],
  ])('%j is %i', (text, value) => expect(parseWhole(text)).toBe(value));
  it.each([
    '',
    ' ',
    '1.5',
    '12e-1',
    '1.2345e1',
    '0x10',
    '1_000',
    '1,000',
    'NaN',
    'Infinity',
    '1e400',
    '9007199254740992',
    '+1',
    '--1',
    '1e',
    'e1',
    '.5',
    '１２',
    '12abc',
    '1'.repeat(33),
  ])('%j is not', (text) => expect(parseWhole(text)).toBeUndefined());
});
