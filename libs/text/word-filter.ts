import { foldText } from './fold.js';
import { realMatches } from './word-rules.js';
import { WordSet, type WordEntry, type WordLevel } from './word-set.js';

export interface Hit {
  /** UTF-16 indexes in the text that was checked; `end` is exclusive. Separators between the word's letters are inside. */
  start: number;
  end: number;
  /** The listed word, folded. */
  word: string;
  level: Exclude<WordLevel, 'allow'>;
}

export interface Verdict {
  hits: Hit[];
  /** The gravest level of the hits: block, then review, then mask. */
  worst: Hit['level'] | 'none';
}

const GRAVEST_FIRST = ['block', 'review', 'mask'] as const;

/**
 * Finds listed words however they are dressed up: case, width, accents, traditional characters, separators and invisible
 * characters between the letters. Sync and lock-free: `load` builds a new set aside and swaps it in by reference.
 */
export class WordFilter {
  private set: WordSet;
  private loading: Promise<void> = Promise.resolve();

  /** @param entries a short list to start with; it is built at once */
  constructor(entries: Iterable<WordEntry> = []) {
    this.set = WordSet.of(entries);
  }

  /** Number of words in use, innocent ones included. */
  get size(): number {
    return this.set.size;
  }

  /** Replaces all words without blocking the event loop; checks go on with the old ones until the new set is whole. Loads queue up. */
  load(entries: Iterable<WordEntry>): Promise<void> {
    const swap = async (): Promise<void> => {
      this.set = await WordSet.build(entries);
    };
    this.loading = this.loading.then(swap, swap);
    return this.loading;
  }

  /** Hits by position. About 10 µs for a comment of 50 characters and a list of 1,000 words. */
  check(text: string): Verdict {
    const set = this.set;
    const folded = foldText(text);
    const matches = set.matches(folded.letters);
    if (matches.length === 0) return { hits: [], worst: 'none' };
    const hits = realMatches(folded, matches, set.innocents(folded.letters)).map(({ start, end }): Hit => {
      const word = folded.letters.slice(start, end);
      return { start: folded.starts[start] ?? 0, end: folded.ends[end - 1] ?? 0, word, level: set.levelOf(word) };
    });
    return { hits, worst: GRAVEST_FIRST.find((level) => hits.some((hit) => hit.level === level)) ?? 'none' };
  }

  /** The text with every character of its `mask` and `block` hits replaced by an asterisk, separators inside them included. */
  mask(text: string): string {
    const hits = this.check(text).hits.filter((hit) => hit.level !== 'review');
    if (hits.length === 0) return text;
    let position = 0;
    let masked = '';
    for (const character of text) {
      masked += hits.some((hit) => hit.start <= position && position < hit.end) ? '*' : character;
      position += character.length;
    }
    return masked;
  }
}
