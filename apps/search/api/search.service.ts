import type { UserQuery } from '../model/queries.js';
import { parseKeyword } from '../model/queries.js';
import type { Hit, Page } from '../model/search-engine.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import { sharedTime, type HotSearches } from './hot-searches.js';

export interface SearchInput {
  keyword: string;
  cursor?: string | undefined;
  count?: number | undefined;
}

export interface Found<T> {
  items: T[];
  nextCursor: string;
}

const DEFAULT_COUNT = 20;
/** A keyword that is an author's name finds videos of at most this many authors of that name. */
const MAX_AUTHORS = 50;
/** What is found and gone by now leaves gaps in a page; so many times the gaps are filled before a shorter page is answered. */
const MAX_ROUNDS = 3;

/** Reads hits until the page is full of things that still exist. `load` leaves out what does not. */
async function fillPage<T>(
  { keyword, cursor, count = DEFAULT_COUNT }: SearchInput,
  find: (now: number, page: Page) => Promise<readonly Hit[]>,
  load: (ids: number[]) => Promise<Map<number, T>>,
): Promise<Found<T>> {
  const position = decodeCursor(keyword, cursor);
  const now = position?.now ?? sharedTime(keyword);
  const items: T[] = [];
  let after = position?.after;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const wanted = count - items.length;
    // One more than wanted tells whether there is a next page.
    const hits = await find(now, { after, limit: wanted + 1 });
    const shown = hits.slice(0, wanted);
    const loaded = shown.length > 0 ? await load(shown.map(({ id }) => id)) : new Map<number, T>();
    items.push(...shown.flatMap(({ id }) => loaded.get(id) ?? []));
    after = shown.at(-1) ?? after;
    if (hits.length <= wanted || after === undefined) return { items, nextCursor: '' };
    if (items.length === count) break;
  }
  return { items, nextCursor: after ? encodeCursor(keyword, { after, now }) : '' };
}

/** Users of whose name or username every term of the keyword is a word. */
async function authorsCalled(engine: HotSearches, query: UserQuery): Promise<number[]> {
  const users = await engine.searchUsers(query, { limit: MAX_AUTHORS });
  return users.map(({ id }) => id);
}

/** Finds videos; `load` makes of ids what the caller sees. */
export async function findVideos<T>(
  engine: HotSearches,
  input: SearchInput,
  load: (ids: number[]) => Promise<Map<number, T>>,
): Promise<Found<T>> {
  const query = parseKeyword(input.keyword);
  const authorIds = await authorsCalled(engine, query);
  return fillPage(input, (now, page) => engine.searchVideos({ ...query, authorIds, now }, page), load);
}

/** Finds users; `load` makes of ids what the caller sees. */
export function findUsers<T>(engine: HotSearches, input: SearchInput, load: (ids: number[]) => Promise<Map<number, T>>): Promise<Found<T>> {
  const query = parseKeyword(input.keyword);
  return fillPage(input, (_now, page) => engine.searchUsers(query, page), load);
}
