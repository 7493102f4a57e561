/** A numeral is never longer than this many characters: the longest honest one is a double in exponent form. */
const MAX_NUMERAL_LENGTH = 32;

/** What nearly all of them are; 15 digits are always below 2^53. */
const PLAIN = /^\d{1,15}$/;

/** In a query an unencoded `+` arrives as a space, so `1.2e+01` may read `1.2e 01`. */
const NUMERAL = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+\- ]?\d{1,4}))?$/;

/**
 * Reads a whole number in the forms real clients send: `12`, `12.0` (doubles of Java clients), `1.2e+01`, `1.2E1`.
 * The value is exact: anything with a fraction, or beyond 2^53 - 1, is not a number here.
 *
 * @returns the number, or undefined when the text is not one
 */
export function parseWhole(text: string): number | undefined {
  if (PLAIN.test(text)) return Number(text);
  if (text.length > MAX_NUMERAL_LENGTH) return undefined;
  const match = NUMERAL.exec(text.trim());
  if (!match) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const shift = Number(exponent.replace(' ', '+')) - fraction.replace(/0+$/, '').length;
  const digits = (whole + fraction.replace(/0+$/, '')).replace(/^0+/, '');
  if (digits === '') return 0;
  if (shift < 0 && !digits.endsWith('0'.repeat(-shift))) return undefined;
  const exact = shift < 0 ? digits.slice(0, shift) : digits.length + shift > 16 ? undefined : digits + '0'.repeat(shift);
  if (exact === undefined) return undefined;
  const value = Number(exact);
  if (!Number.isSafeInteger(value)) return undefined;
  return sign === '-' ? 0 - value : value;
}

/** The same for a raw parameter, which JSON bodies give as a number. */
export function wholeOf(raw: unknown): number | undefined {
  if (typeof raw === 'number') return Number.isSafeInteger(raw) ? raw : undefined;
  return typeof raw === 'string' ? parseWhole(raw) : undefined;
}
