import { foldText } from '@doul/text';

/** InnoDB ignores full-text words over 84 characters; `x` and 40 bytes in hex are 81. Longer terms are cut on both sides. */
const MAX_TERM_BYTES = 40;
/** Keys are compared whole; the longest keyword has 64 characters. In characters. */
const MAX_KEY_LENGTH = 128;

/** A token as it is stored and looked for. */
export function termOf(token: string): string {
  if (token.length * 3 <= MAX_TERM_BYTES) return token;
  let bytes = 0;
  let term = '';
  for (const character of token) {
    bytes += Buffer.byteLength(character);
    if (bytes > MAX_TERM_BYTES) break;
    term += character;
  }
  return term;
}

export const termsOf = (tokens: readonly string[]): string[] => [...new Set(tokens.map(termOf))];

/** A text for comparing as a whole: its letters and digits, folded; what has none (emoji) as it is. */
export function keyOf(text: string): string {
  const key = foldText(text).letters || text.trim().toLowerCase();
  return [...key].slice(0, MAX_KEY_LENGTH).join('');
}
