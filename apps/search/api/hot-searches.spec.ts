import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { HotSearches, sharedTime } from './hot-searches.js';

const query = (key: string, now = 1) => ({ terms: [key], key, authorIds: [], now });
const page = { limit: 10 };

let asked: string[] = [];
let failing = false;
const searches = () =>
  new HotSearches(async () => ({
    searchVideos: async ({ key }) => {
      asked.push(key);
      if (failing) throw new Error('away');
      return [{ id: asked.length, score: 1 }];
    },
    searchUsers: async ({ key }) => {
      asked.push(`user ${key}`);
      return [];
    },
  }));

beforeEach(() => {
  asked = [];
  failing = false;
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => vi.useRealTimers());

it('asks once for what many look for within three quarters of a second, and then anew', async () => {
  const hot = searches();
  const found = await Promise.all(Array.from({ length: 50 }, () => hot.searchVideos(query('a'), page)));
  expect(new Set(found.map(([hit]) => hit?.id))).toEqual(new Set([1]));
  vi.advanceTimersByTime(749);
  await hot.searchVideos(query('a'), page);
  expect(asked).toEqual(['a']);
  vi.advanceTimersByTime(1);
  expect(await hot.searchVideos(query('a'), page)).toEqual([{ id: 2, score: 1 }]);
  expect(asked).toEqual(['a', 'a']);
});

it('takes no two searches for one that differ in anything', async () => {
  const hot = searches();
  await hot.searchVideos(query('a'), page);
  await hot.searchVideos(query('b'), page);
  await hot.searchVideos(query('a', 2), page);
  await hot.searchVideos(query('a'), { limit: 11 });
  await hot.searchVideos(query('a'), { ...page, after: { id: 1, score: 1 } });
  await hot.searchVideos({ ...query('a'), authorIds: [7] }, page);
  await hot.searchUsers(query('a'), page);
  expect(asked).toEqual(['a', 'b', 'a', 'a', 'a', 'a', 'user a']);
});

it('keeps no failure', async () => {
  const hot = searches();
  failing = true;
  await expect(Promise.all([hot.searchVideos(query('a'), page), hot.searchVideos(query('a'), page)])).rejects.toThrow('away');
  failing = false;
  expect(await hot.searchVideos(query('a'), page)).toEqual([{ id: 2, score: 1 }]);
});

it('counts freshness from the same time in equal searches for as long as they are one', () => {
  const start = 1_800_000_000_000;
  const times = Array.from({ length: 3_000 }, (_, ms) => {
    vi.setSystemTime(start + ms);
    return sharedTime('海边');
  });
  expect(new Set(times).size).toBe(5);
  expect(times.every((time, ms) => time <= start + ms && time > start + ms - 750)).toBe(true);
});

it('begins anew at different moments with different keywords', () => {
  vi.setSystemTime(1_800_000_000_000);
  const moments = new Set(Array.from({ length: 40 }, (_, at) => sharedTime(`word ${at}`)));
  expect(moments.size).toBeGreaterThan(30);
});
