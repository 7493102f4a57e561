import { describe, expect, it } from 'vitest';
import { charLength, hashtags, isBlank } from './text-rules.js';

describe('text rules', () => {
  it.each(['', ' ', '\u3000\t\n', '\u200b\u200c\u200d\u2060\ufeff', '\u3164', '\u2800', '\u00ad\u0000'])('%j is blank', (text) => {
    expect(isBlank(text)).toBe(true);
  });

  it.each(['a', ' 。', '😀', '0', '\u200b好\u200b'])('%j is not blank', (text) => {
    expect(isBlank(text)).toBe(false);
  });

  it('counts Unicode characters', () => {
    expect([charLength(''), charLength('abc'), charLength('你好'), charLength('😀𠮷'), charLength('e\u0301')]).toEqual([0, 3, 2, 2, 2]);
  });

  it.each([
    ['成都#美食 #旅行 vlog', ['美食', '旅行']],
    ['#a#B#a ＃繁體', ['a', 'b', '繁体']],
    ['no tags # here ##', []],
    ['#day_1!', ['day1']],
    [`#${'长'.repeat(51)}`, []],
  ])('hashtags of %j', (title, tags) => {
    expect(hashtags(title)).toEqual(tags);
  });
});
