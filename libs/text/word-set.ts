import { Automaton, type Match } from './automaton.js';
import { foldText } from './fold.js';

/** block: the text is refused. review: held back until somebody has read it. mask: replaced by asterisks. allow: never a hit. */
export type WordLevel = 'block' | 'review' | 'mask' | 'allow';

export interface WordEntry {
  text: string;
  level: WordLevel;
}

/**
 * Words of one automaton. Building and linking 1,000 words of ten characters takes 2-6 ms on a slow core, so a slice keeps a
 * reload well below 10 ms of blocked event loop; a scan costs one pass per slice.
 */
export const SLICE_WORDS = 1_000;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** An immutable set of listed words, ready to be scanned for. */
export class WordSet {
  private constructor(
    private readonly levels: ReadonlyMap<string, WordLevel>,
    private readonly listed: readonly Automaton[],
    private readonly allowed: readonly Automaton[],
  ) {}

  /** Builds a set at once; for lists of a slice or two. */
  static of(entries: Iterable<WordEntry>): WordSet {
    const steps = WordSet.construct(entries);
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
    }
  }

  /** Builds a set slice by slice and lets other work run between slices. A word that is listed twice keeps its last level. */
  static async build(entries: Iterable<WordEntry>): Promise<WordSet> {
    const steps = WordSet.construct(entries);
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      await nextTurn();
    }
  }

  private static *construct(entries: Iterable<WordEntry>): Generator<void, WordSet> {
    const levels = new Map<string, WordLevel>();
    let taken = 0;
    for (const { text, level } of entries) {
      const { letters } = foldText(text);
      if (letters !== '') levels.set(letters, level);
      taken += 1;
      if (taken % SLICE_WORDS === 0) yield;
    }
    const listed = [...levels].filter(([, level]) => level !== 'allow').map(([word]) => word);
    const allowed = [...levels].filter(([, level]) => level === 'allow').map(([word]) => word);
    return new WordSet(levels, yield* automata(listed), yield* automata(allowed));
  }

  get size(): number {
    return this.levels.size;
  }

  /** Level of a folded word; only for what `matches` returned. */
  levelOf(word: string): Exclude<WordLevel, 'allow'> {
    return this.levels.get(word) as Exclude<WordLevel, 'allow'>;
  }

  /** Every listed word in a folded text, by start, longest first. */
  matches(letters: string): Match[] {
    return this.listed.flatMap((automaton) => automaton.scan(letters)).sort((a, b) => a.start - b.start || b.end - a.end);
  }

  /** Every innocent word in a folded text. */
  innocents(letters: string): Match[] {
    return this.allowed.flatMap((automaton) => automaton.scan(letters));
  }
}

function* automata(words: readonly string[]): Generator<void, Automaton[]> {
  const built: Automaton[] = [];
  for (let from = 0; from < words.length; from += SLICE_WORDS) {
    yield;
    built.push(new Automaton(words.slice(from, from + SLICE_WORDS)));
  }
  return built;
}
