import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findTokens, indexTokens, queryTokens, segment } from './segment.js';

describe('segmentation', () => {
  it('folds and cuts queries into words', () => {
    expect(queryTokens('美食 探店')).toEqual(['美食', '探店']);
    expect(queryTokens('iPhone15 開箱')).toEqual(['iphone', '15', '开箱']);
    expect(queryTokens('#旅行 VLOG!')).toEqual(['旅行', 'vlog']);
    expect(queryTokens('😀 ！')).toEqual([]);
    expect(queryTokens('我的猫')).toEqual(['我', '猫']);
    expect(queryTokens('的')).toEqual(['的']);
  });

  it('indexes every dictionary word and every Han character', () => {
    const tokens = indexTokens('北京大学生活动');
    for (const token of ['北京', '北京大学', '大学', '大学生', '生活', '活动', '京', '动']) expect(tokens).toContain(token);
    expect(new Set(tokens).size).toBe(tokens.length);
  });

  it('segments for reading', () => {
    expect(segment('我爱北京天安门')).toEqual(['我', '爱', '北京', '天安门']);
  });

  it('finds a title by any part of it', () => {
    const title = '周末在成都武侯祠旁边的小店吃火锅，男性交流群推荐的大学生活动中心';
    fc.assert(
      fc.property(fc.nat(title.length - 1), fc.integer({ min: 1, max: 12 }), (from, length) => {
        const tokens = new Set(indexTokens(title));
        for (const token of queryTokens(title.slice(from, from + length))) expect(tokens).toContain(token);
      }),
      { numRuns: 1_000 },
    );
  });

  it('places tokens in the original text', () => {
    const title = '成都美食Vlog 第2集：火鍋VLOGs';
    const marked = findTokens(title, queryTokens('火锅 vlog 美食')).map(({ start, end }) => title.slice(start, end));
    expect(marked).toEqual(['美食Vlog', '火鍋']);
    expect(findTokens(title, ['没有'])).toEqual([]);
  });
});
