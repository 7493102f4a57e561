import { queryTokens } from '@doul/text';
import { describe, expect, it } from 'vitest';
import { highlight } from './highlight.js';

describe('highlight', () => {
  it.each([
    ['海边的日落 sunset', '日落', '海边的<em>日落</em> sunset'],
    ['海边的日落 Sunset', 'SUNSET 海边', '<em>海边</em>的日落 <em>Sunset</em>'],
    ['成都火鍋', '火锅', '成都<em>火鍋</em>'],
    ['<script>alert("日落")</script>', '日落', '&lt;script&gt;alert(&quot;<em>日落</em>&quot;)&lt;/script&gt;'],
    ["Tom & Jerry's <b>猫</b>", 'jerry', 'Tom &amp; <em>Jerry</em>&#39;s &lt;b&gt;猫&lt;/b&gt;'],
    ['😀', '😀', '😀'],
    ['没有', '日落', '没有'],
  ])('%j for %j', (title, keyword, html) => {
    expect(highlight(title, queryTokens(keyword))).toBe(html);
  });
});
