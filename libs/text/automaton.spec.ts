import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Automaton, type Match } from './automaton.js';

/** Few letters, so that words overlap and hold one another. */
const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '赌', '博'), maxLength: 40 });
const dictionary = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'c', '赌', '博'), minLength: 1, maxLength: 6 }), { maxLength: 20 });

function bruteForce(words: readonly string[], text: string): Match[] {
  const found: Match[] = [];
  for (const word of new Set(words)) {
    for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) found.push({ start: at, end: at + word.length });
  }
  return sorted(found);
}

const sorted = (matches: readonly Match[]): Match[] => [...matches].sort((a, b) => a.end - b.end || a.start - b.start);

describe('Automaton', () => {
  it('finds a word on the fail chain, which mint-filter itself misses', () => {
    expect(new Automaton(['abcd', 'bc']).scan('xabcez')).toEqual([{ start: 2, end: 4 }]);
  });

  it('finds exactly what brute force finds', () => {
    fc.assert(
      fc.property(dictionary, letters, (words, text) => {
        expect(sorted(new Automaton(words).scan(text))).toEqual(bruteForce(words, text));
      }),
      { numRuns: 3_000 },
    );
  });

  it('answers verify and filter from the same scan', () => {
    fc.assert(
      fc.property(dictionary, letters, (words, text) => {
        const automaton = new Automaton(words);
        const expected = bruteForce(words, text);
        expect(automaton.verify(text)).toBe(expected.length === 0);
        const units = text.split('');
        for (const { start, end } of expected) units.fill('*', start, end);
        expect(automaton.filter(text).text).toBe(units.join(''));
      }),
      { numRuns: 1_000 },
    );
  });

  it('has no words that are names of object properties', () => {
    expect(new Automaton(['constructor']).verify('__proto__ toString constructo')).toBe(true);
  });
});
