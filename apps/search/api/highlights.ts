import { queryTokens } from '@doul/text';
import { LRUCache } from 'lru-cache';
import { highlight } from './highlight.js';

/** Titles of hot searches that stay marked: about 500 bytes each. */
const MOST = 20_000;

const kept = new LRUCache<string, string>({ max: MOST });

/** Marks titles for a keyword, as JSON text. Folding a title costs 100 us, as much as everything else about a found video. */
export function highlighter(keyword: string): (title: string) => string {
  let tokens: string[] | undefined;
  return (title) => {
    const key = `${keyword}\n${title}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    const marked = JSON.stringify(highlight(title, (tokens ??= queryTokens(keyword))));
    kept.set(key, marked);
    return marked;
  };
}
