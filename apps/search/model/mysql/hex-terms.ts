/** A term as a word of an ASCII full-text column. */
const hexOf = (term: string): string => `x${Buffer.from(term).toString('hex')}`;

export const hexText = (terms: readonly string[]): string => terms.map(hexOf).join(' ');

/** Boolean full-text expression: all terms. */
export const allOf = (terms: readonly string[]): string => terms.map((term) => `+${hexOf(term)}`).join(' ');

/** Boolean full-text expression: any of the terms. */
export const anyOf = hexText;
