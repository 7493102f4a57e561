import * as opencc from 'opencc-js/t2cn';

/** How far apart two neighbouring letters of a folded text stand in the original. A higher number parts them more. */
export const Gap = { none: 0, invisible: 1, symbol: 2, space: 3, clause: 4 } as const;

const INVISIBLE = /^[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{M}\u2800]$/u;
const SPACE = /^[\p{White_Space}]$/u;
const LINE_BREAK = /^[\n\r\u2028\u2029]$/u;
const CLAUSE = /^[,!?;:，。、！？；：｡､]$/u;
const LETTER = /^[\p{L}\p{N}]$/u;
const LATIN = /^\p{Script=Latin}/u;

/** The package's own types do not resolve for ES modules. */
interface OpenCC {
  Converter(options: { from: 't'; to: 'cn' }): (text: string) => string;
}

const toSimplified = (opencc as unknown as OpenCC).Converter({ from: 't', to: 'cn' });

/** Letters as they are compared, or how far a separator parts its neighbours. */
export interface Folded {
  letters: string;
  gap: number;
}

const cache = new Map<string, Folded>();
const CACHE_MAX = 30_000; // more than the Han characters in use, a few MB

function gapOf(character: string): number {
  if (LINE_BREAK.test(character) || CLAUSE.test(character)) return Gap.clause;
  if (SPACE.test(character)) return Gap.space;
  return INVISIBLE.test(character) ? Gap.invisible : Gap.symbol;
}

/** Latin letters lose their accents (`ü` reads as `u` to whoever is evading); other scripts keep their marks. */
const withoutAccents = (text: string): string => (LATIN.test(text) ? text.normalize('NFD').replace(/\p{M}/gu, '') : text);

function computeFold(character: string): Folded {
  // Asked before NFKC: some invisible fillers are letters to Unicode, and NFKC turns wide forms into what separates.
  if (INVISIBLE.test(character) || SPACE.test(character)) return { letters: '', gap: gapOf(character) };
  const compatible = toSimplified(withoutAccents(character.normalize('NFKC').toLowerCase()));
  const letters = [...compatible].filter((part) => LETTER.test(part)).join('');
  return { letters, gap: letters === '' ? gapOf(character) : Gap.none };
}

/**
 * Folds one character: NFKC, width, case, accents, traditional to simplified. Character by character on purpose, so that every
 * letter of the result has a place in the original; OpenCC's phrase rules would lose that and are not needed when the words
 * that are looked for are folded the same way.
 *
 * @param character one Unicode character (a code point)
 */
export function foldCharacter(character: string): Folded {
  const known = cache.get(character);
  if (known) return known;
  const folded = computeFold(character);
  if (cache.size >= CACHE_MAX) cache.clear();
  cache.set(character, folded);
  return folded;
}

/** A text reduced to its letters and digits, with the way back to the original. Indexes are UTF-16 units. */
export interface FoldedText {
  letters: string;
  /** Where the original character of each folded unit starts and ends. */
  starts: Int32Array;
  ends: Int32Array;
  /** What stood before each folded unit in the original, a `Gap`. */
  gaps: Uint8Array;
}

/** Folds a whole text and drops everything between its letters, remembering how wide each gap was. */
export function foldText(text: string): FoldedText {
  let letters = '';
  const starts: number[] = [];
  const ends: number[] = [];
  const gaps: number[] = [];
  let position = 0;
  let gap: number = Gap.none;
  for (const character of text) {
    const folded = foldCharacter(character);
    for (let unit = 0; unit < folded.letters.length; unit += 1) {
      starts.push(position);
      ends.push(position + character.length);
      gaps.push(unit === 0 ? gap : Gap.none);
    }
    letters += folded.letters;
    gap = folded.letters === '' ? Math.max(gap, folded.gap) : Gap.none;
    position += character.length;
  }
  return { letters, starts: Int32Array.from(starts), ends: Int32Array.from(ends), gaps: Uint8Array.from(gaps) };
}
