import { describe, expect, it } from 'vitest';
import { languageOf } from './language.js';
import { p } from './params.js';
import { inputReader } from './read.js';

const query = (values: Record<string, unknown>) => [{ values, repeats: true }];

describe('latest_time', () => {
  it.each<[unknown, number]>([
    [undefined, 0],
    ['0', 0],
    ['abc', 0],
    ['-5', 0],
    ['1e400', 0],
    ['1714550400', 1_714_550_401_000],
    ['1.7145504e+09', 1_714_550_401_000],
    ['1714550400123', 1_714_550_400_123],
    [1_714_550_400_123, 1_714_550_400_123],
  ])('%j is the bound %i', (raw, bound) => {
    expect(inputReader({ latest_time: p.latestTime() })(query({ latest_time: raw }))).toEqual({ latest_time: bound });
  });
});

describe('text', () => {
  const shape = { text: p.text({ max: 3 }).default('none') };
  it.each<[unknown, string]>([
    ['a b', 'a b'],
    ['🌊🌊🌊', '🌊🌊🌊'],
    ['👨‍👩', '👨‍👩'],
    ['  ', 'none'],
    ['\u200b\u200d\ufeff\u3000\u3164', 'none'],
    [12, '12'],
  ])('%j reads %j', (raw, text) => expect(inputReader(shape)(query({ text: raw }))).toEqual({ text }));
  it.each([['abcd'], ['🌊🌊🌊🌊'], ['\ud800'], [true], [{}]])('%j is refused', (raw) => {
    expect(() => inputReader(shape)(query({ text: raw }))).toThrow('Parameter text');
  });
});

describe('optional parameters', () => {
  it('are absent when nothing, or nothing visible, was sent', () => {
    expect(inputReader({ cursor: p.cursor(), count: p.count(30), id: p.id().optional() })(query({ cursor: '', count: ' ' }))).toEqual({});
  });
  it('are refused beyond their limits', () => {
    expect(() => inputReader({ count: p.count(30) })(query({ count: '31' }))).toThrow('from 1 to 30');
  });
});

describe('language', () => {
  it.each([
    [undefined, 'en'],
    ['zh-CN,zh;q=0.9', 'zh'],
    ['en-US,zh;q=0.9', 'en'],
    ['fr, zh;q=0.3, en;q=0.2', 'zh'],
    ['de', 'en'],
    ['zh;q=0', 'en'],
  ])('%j is %s', (header, language) => expect(languageOf(header)).toBe(language));
});

describe('numbers', () => {
  const shape = { numbers: p.numbers({ max: 9, most: 3 }) };
  it.each<[unknown, number[]]>([
    ['1,2', [1, 2]],
    [' 9 , 1 ', [9, 1]],
    ['3,3,3', [3]],
    [4, [4]],
  ])('%j reads %j', (raw, numbers) => expect(inputReader(shape)(query({ numbers: raw }))).toEqual({ numbers }));
  it('are a list in JSON', () => {
    expect(inputReader(shape)([{ values: { numbers: [2, '1'] }, repeats: false }])).toEqual({ numbers: [2, 1] });
  });
  it.each([['0'], ['10'], ['1,2,3,4'], ['1,,2'], ['1,'], ['x'], [{}]])('%j is refused', (raw) => {
    expect(() => inputReader(shape)(query({ numbers: raw }))).toThrow('Parameter numbers');
  });
});
