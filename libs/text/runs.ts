import { Gap, type FoldedText } from './fold.js';

export const IS_HAN = /^\p{Script=Han}/u;

/** Letters of one kind: `iPhone15开箱` is `iphone`, `15` and 开箱, so `iphone 15` and `iPhone15` find each other. */
const ONE_KIND = /\p{Script=Han}+|\p{N}+|(?:(?!\p{Script=Han})\p{L})+/gu;

export interface Run {
  text: string;
  /** Index of its first unit in the folded letters. */
  offset: number;
}

/**
 * Cuts folded letters where the original had something between them, and where the kind of letter changes.
 *
 * @param narrowest the smallest gap that cuts; by default anything visible does
 */
export function wordRuns({ letters, gaps }: FoldedText, narrowest: number = Gap.symbol): Run[] {
  const found: Run[] = [];
  let from = 0;
  for (let index = 1; index <= letters.length; index += 1) {
    if (index < letters.length && (gaps[index] ?? 0) < narrowest) continue;
    for (const match of letters.slice(from, index).matchAll(ONE_KIND)) found.push({ text: match[0], offset: from + match.index });
    from = index;
  }
  return found;
}
