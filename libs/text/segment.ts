import { Jieba } from '@node-rs/jieba';
import { dict } from '@node-rs/jieba/dict.js';
import { foldText } from './fold.js';
import { IS_HAN, wordRuns } from './runs.js';

let loaded: Jieba | undefined;

/** The dictionary takes 150 ms and 60 MB, hence only in processes that need it and only once. */
function jieba(): Jieba {
  loaded ??= Jieba.withDict(dict);
  return loaded;
}

/** Loads the dictionary now instead of at the first use. */
export function warmSegmentation(): void {
  jieba();
}

/** Dictionary words and single characters of a run of Han characters; nothing is guessed. */
export const cutDictionaryWords = (run: string): string[] => jieba().cut(run, false);

const words = (text: string): string[] => wordRuns(foldText(text)).map((run) => run.text);

/** Particles that say nothing about what a text is about. */
const PARTICLES = new Set('的了是在和与及吗呢吧啊呀嘛'.split(''));

const pairs = (characters: readonly string[]): string[] => characters.slice(1).map((character, at) => `${characters[at]}${character}`);

/**
 * Tokens to index a text under: every dictionary word in it, what jieba's search mode and its model for unknown words find, each
 * Han character and each pair of them. Whatever `queryTokens` makes of any part of the text is among them. Distinct, in order.
 */
export function indexTokens(text: string): string[] {
  const tokens = new Set<string>();
  for (const word of words(text)) {
    if (!IS_HAN.test(word)) {
      tokens.add(word);
      continue;
    }
    const characters = [...word];
    const parts = [jieba().cutAll(word), jieba().cutForSearch(word, true), characters, pairs(characters)];
    for (const token of parts.flat()) tokens.add(token);
  }
  return [...tokens];
}

/** Words that jieba does not know come as single characters; read as overlapping pairs they keep their order (探店, not 店…探). */
function joinSingles(tokens: readonly string[]): string[] {
  const joined: string[] = [];
  let singles: string[] = [];
  const flush = (): void => {
    joined.push(...(singles.length === 1 ? singles : pairs(singles)));
    singles = [];
  };
  for (const token of tokens) {
    if ([...token].length === 1 && !PARTICLES.has(token)) {
      singles.push(token);
      continue;
    }
    flush();
    joined.push(token);
  }
  flush();
  return joined;
}

/**
 * Tokens that all have to be found for a keyword to match: dictionary words, pairs or single Han characters, Latin words, numbers.
 * Particles are left out unless the keyword is nothing else.
 */
export function queryTokens(text: string): string[] {
  const tokens = words(text).flatMap((word) => (IS_HAN.test(word) ? joinSingles(cutDictionaryWords(word)) : [word]));
  const telling = tokens.filter((token) => !PARTICLES.has(token));
  return [...new Set(telling.length > 0 ? telling : tokens)];
}

/** A text cut into words as a reader would, folded, in order, repeats included. */
export function segment(text: string): string[] {
  return words(text).flatMap((word) => (IS_HAN.test(word) ? jieba().cut(word, true) : [word]));
}

/** Where tokens of a keyword stand in a text, as UTF-16 ranges of the original, merged, ascending: for highlighting. */
export function findTokens(text: string, tokens: readonly string[]): { start: number; end: number }[] {
  const folded = foldText(text);
  const marked = new Uint8Array(folded.letters.length);
  for (const run of wordRuns(folded)) {
    for (const token of tokens) {
      if (!IS_HAN.test(run.text)) {
        if (token === run.text) marked.fill(1, run.offset, run.offset + token.length);
        continue;
      }
      for (let at = run.text.indexOf(token); at !== -1; at = run.text.indexOf(token, at + 1)) {
        marked.fill(1, run.offset + at, run.offset + at + token.length);
      }
    }
  }
  const ranges: { start: number; end: number }[] = [];
  marked.forEach((mark, index) => {
    if (!mark) return;
    const start = folded.starts[index] ?? 0;
    const end = folded.ends[index] ?? 0;
    const last = ranges.at(-1);
    if (last && start <= last.end) last.end = end;
    else ranges.push({ start, end });
  });
  return ranges;
}
