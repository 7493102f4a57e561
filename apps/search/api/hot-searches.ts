import { LRUCache } from 'lru-cache';
import type { UserQuery, VideoQuery } from '../model/queries.js';
import type { Hit, Page, SearchEngine } from '../model/search-engine.js';

/** How long hits are answered again, in ms. With the engine's own half second a new video is found well within two seconds. */
const KEPT_MS = 750;
/** Searches remembered; one holds a page of ids and scores, about 2 KB. */
const MOST = 2_000;

/**
 * The time, in Unix ms, from which a first page counts freshness: equal searches that begin within `KEPT_MS` have the same. Others
 * begin anew at other moments, or the engine would be asked for everything at once.
 */
export function sharedTime(keyword: string): number {
  let phase = 0;
  for (let at = 0; at < keyword.length; at += 1) phase = (phase * 31 + keyword.charCodeAt(at)) % KEPT_MS;
  const now = Date.now();
  return now - ((now + phase) % KEPT_MS);
}

/**
 * What many look for at once is looked for once: equal searches of three quarters of a second share one answer of the engine. They are
 * equal only if they continue after the same hit and count freshness from the same time, so pages continue exactly.
 */
export class HotSearches {
  private readonly kept = new LRUCache<string, { at: number; finding: Promise<readonly Hit[]> }>({ max: MOST });

  constructor(private readonly engine: () => Promise<Pick<SearchEngine, 'searchVideos' | 'searchUsers'>>) {}

  searchVideos(query: VideoQuery, page: Page): Promise<readonly Hit[]> {
    return this.once(['videos', query, page], async () => (await this.engine()).searchVideos(query, page));
  }

  searchUsers(query: UserQuery, page: Page): Promise<readonly Hit[]> {
    return this.once(['users', query, page], async () => (await this.engine()).searchUsers(query, page));
  }

  /** A failure is nobody's answer but those who waited for it. */
  private once(question: readonly unknown[], find: () => Promise<readonly Hit[]>): Promise<readonly Hit[]> {
    const key = JSON.stringify(question);
    const known = this.kept.get(key);
    const now = Date.now();
    if (known && now - known.at < KEPT_MS) return known.finding;
    const finding = find();
    this.kept.set(key, { at: now, finding });
    finding.catch(() => {
      if (this.kept.peek(key)?.finding === finding) this.kept.delete(key);
    });
    return finding;
  }
}
