import { WordLevel, type Word } from '@doul/contracts';
import { UsageError } from './command.js';

const LEVELS = { block: WordLevel.BLOCK, mask: WordLevel.MASK, review: WordLevel.REVIEW, allow: WordLevel.ALLOW } as const;

export type LevelName = keyof typeof LEVELS;

export const levelNames = Object.keys(LEVELS) as LevelName[];

/** @throws UsageError when there is no such level */
export function levelOf(name: string | undefined): WordLevel {
  const level = levelNames.find((known) => known === name);
  if (!level) throw new UsageError(`a level is one of ${levelNames.join(', ')}, not ${name ?? 'nothing'}`);
  return LEVELS[level];
}

export const levelName = (level: WordLevel): string => levelNames.find((name) => LEVELS[name] === level) ?? String(level);

/**
 * Reads a list of words: one a line, as `level<tab>word` or the word alone. Blank lines and those that start with # are skipped.
 *
 * @param level for the lines without one
 * @throws UsageError naming the line that has no level
 */
export function parseWords(text: string, level?: WordLevel): Word[] {
  return text.split(/\r?\n/).flatMap((raw, at) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) return [];
    const [, name, word] = /^(\w+)\t+(.+)$/.exec(line) ?? [];
    if (name !== undefined && word !== undefined) return [{ text: word.trim(), level: levelOf(name) }];
    if (level === undefined) throw new UsageError(`line ${at + 1} has no level: write level<tab>word, or give --level`);
    return [{ text: line, level }];
  });
}
