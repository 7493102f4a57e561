import type { Match } from './automaton.js';
import { Gap, type FoldedText } from './fold.js';
import { IS_HAN, wordRuns } from './runs.js';
import { cutDictionaryWords } from './segment.js';

const LATIN_OR_DIGIT = /^[\p{Script=Latin}\p{N}]$/u;

const isLatin = (unit: string | undefined): boolean => unit !== undefined && LATIN_OR_DIGIT.test(unit);

/** A word that starts or ends with a Latin letter has to start or end there: `class` does not hold `ass`. */
function standsAlone({ letters, gaps }: FoldedText, { start, end }: Match): boolean {
  const joined = (right: number): boolean => gaps[right] === Gap.none || gaps[right] === Gap.invisible;
  const before = isLatin(letters[start]) && isLatin(letters[start - 1]) && joined(start);
  const after = isLatin(letters[end - 1]) && isLatin(letters[end]) && joined(end);
  return !before && !after;
}

/** `s h i t` spells a word, `this hit` and `pen is` do not: spaces in a Latin word count only when they part all its letters. */
function isSpelledOut({ letters, gaps }: FoldedText, { start, end }: Match): boolean {
  let spaces = 0;
  let joints = 0;
  let parted = 0;
  for (let index = start + 1; index < end; index += 1) {
    if (!isLatin(letters[index]) || !isLatin(letters[index - 1])) continue;
    joints += 1;
    if ((gaps[index] ?? 0) >= Gap.symbol) parted += 1;
    if ((gaps[index] ?? 0) >= Gap.space) spaces += 1;
  }
  return spaces === 0 || parted === joints;
}

const widestGap = ({ gaps }: FoldedText, { start, end }: Match): number =>
  gaps.subarray(start + 1, end).reduce((widest, gap) => Math.max(widest, gap), Gap.none);

/**
 * Chinese writes no word boundaries, so a listed word also appears where two innocent words meet (男性 + 交流). A match that
 * cuts a dictionary word at both of its ends is such a meeting. Over a space or a clause mark (真傻，逼真) one cut end is enough.
 * Evasion with symbols or invisible characters is never excused by the segmentation.
 */
function isMeetingOfWords(folded: FoldedText, match: Match, edges: () => Set<number>): boolean {
  const gap = widestGap(folded, match);
  if (gap === Gap.invisible || gap === Gap.symbol) return false;
  const cutStart = !edges().has(match.start);
  const cutEnd = !edges().has(match.end);
  return gap === Gap.none ? cutStart && cutEnd : cutStart || cutEnd;
}

/** Positions where a dictionary word starts or ends; no word reaches over a space or a clause mark, or is of two scripts. */
function wordEdges(folded: FoldedText): Set<number> {
  const edges = new Set<number>();
  for (const { text, offset } of wordRuns(folded, Gap.space)) {
    let position = offset;
    edges.add(position);
    for (const token of IS_HAN.test(text) ? cutDictionaryWords(text) : [text]) {
      position += token.length;
      edges.add(position);
    }
  }
  return edges;
}

const inside = (outer: Match, inner: Match): boolean => outer.start <= inner.start && inner.end <= outer.end;

/**
 * Tells real hits from innocent coincidences; the segmentation is made at most once, and only when something matched.
 *
 * @param matches by start, longest first
 */
export function realMatches(folded: FoldedText, matches: readonly Match[], innocents: readonly Match[]): Match[] {
  let cached: Set<number> | undefined;
  const edges = (): Set<number> => (cached ??= wordEdges(folded));
  const real: Match[] = [];
  for (const match of matches) {
    if (!standsAlone(folded, match) || !isSpelledOut(folded, match)) continue;
    if (innocents.some((innocent) => inside(innocent, match))) continue;
    // What is part of a longer real hit is no meeting of innocent words.
    if (real.some((longer) => inside(longer, match)) || !isMeetingOfWords(folded, match, edges)) real.push(match);
  }
  return real;
}
