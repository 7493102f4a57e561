import { WordLevel } from '@doul/contracts';
import { describe, expect, it } from 'vitest';
import { parseWords } from './word-file.js';

describe('parseWords', () => {
  it('reads levels, comments and words with spaces', () => {
    expect(parseWords('# list\nblock\tbad word\n\n allow\t好词 \r\n')).toEqual([
      { text: 'bad word', level: WordLevel.BLOCK },
      { text: '好词', level: WordLevel.ALLOW },
    ]);
  });

  it('gives bare words the level of the call', () => {
    expect(parseWords('one\ntwo words', WordLevel.MASK)).toEqual([
      { text: 'one', level: WordLevel.MASK },
      { text: 'two words', level: WordLevel.MASK },
    ]);
  });

  it('names the line that is wrong', () => {
    expect(() => parseWords('mask\ta\nbare')).toThrow('line 2');
    expect(() => parseWords('loud\ta')).toThrow('loud');
  });
});
