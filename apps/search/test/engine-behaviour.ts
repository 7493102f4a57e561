import { VideoState, type IndexedVideo } from '@doul/contracts';
import { beforeEach, describe, expect, it } from 'vitest';
import { tombstone, userDocument, videoDocument } from '../model/documents.js';
import { parseKeyword } from '../model/queries.js';
import type { Hit, SearchEngine } from '../model/search-engine.js';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 0, 15);

export interface EngineUnderTest {
  engine(): SearchEngine;
  /** Empties the index. */
  reset(): Promise<void>;
  /** Makes what was written visible to searches. */
  settle(): Promise<void>;
  /** Whether an index under construction is left. */
  hasUnfinished(): Promise<boolean>;
}

const video = (id: number, title: string, more: Partial<IndexedVideo> = {}) =>
  videoDocument({ id, authorId: 1, title, state: VideoState.PUBLISHED, publishedAtMs: NOW - DAY, favoriteCount: 0, version: 1, ...more });

const user = (id: number, name: string, username = `user${id}`, version = 1) =>
  userDocument({ id, name, username, version, createdAtMs: NOW });

/** What every search engine has to do; run on each of them. */
export function describeEngine(under: EngineUnderTest): void {
  const ids = (hits: readonly Hit[]): number[] => hits.map(({ id }) => id);
  const query = (keyword: string, authorIds: number[] = []) => ({ ...parseKeyword(keyword), authorIds, now: NOW });
  const videos = async (keyword: string, authorIds: number[] = []) =>
    ids(await under.engine().searchVideos(query(keyword, authorIds), { limit: 100 }));
  const users = async (keyword: string) => ids(await under.engine().searchUsers(parseKeyword(keyword), { limit: 100 }));
  const index = async (...documents: ReturnType<typeof video>[]) => {
    await under.engine().indexVideos(documents);
    await under.settle();
  };

  beforeEach(() => under.reset());

  describe('videos', () => {
    it('are found by words of their title, in any script and form', async () => {
      await index(video(1, '周末成都火锅探店 vlog'), video(2, 'iPhone15 开箱 Unboxing'), video(3, '海边的日落'));
      expect(await videos('火锅')).toEqual([1]);
      expect(await videos('火鍋')).toEqual([1]);
      expect(await videos('探店')).toEqual([1]);
      expect(await videos('成都 VLOG')).toEqual([1]);
      expect(await videos('iphone 15')).toEqual([2]);
      expect(await videos('ｕｎｂｏｘｉｎｇ')).toEqual([2]);
      expect(await videos('日')).toEqual([3]);
      expect(await videos('海边日落')).toEqual([3]);
      expect(await videos('火锅 日落')).toEqual([]);
      expect(await videos('不存在的词')).toEqual([]);
    });

    it('are found by titles without letters only as a whole', async () => {
      await index(video(1, '😀😀'), video(2, '😀'));
      expect(await videos('😀')).toEqual([2]);
    });

    it('are found by their author', async () => {
      await index(video(1, '海边', { authorId: 7 }), video(2, '山里', { authorId: 8 }));
      expect(await videos('小豆', [7])).toEqual([1]);
    });

    it('are found by very long words', async () => {
      const long = 'a'.repeat(180);
      await index(video(1, long));
      expect(await videos(long.slice(0, 64))).toEqual([1]);
      expect(await videos('b'.repeat(64))).toEqual([]);
    });

    it('take no harm from the characters of query languages', async () => {
      await index(video(1, '100% +real "quoted" (test) a_b'));
      for (const keyword of ['+real', '"quoted"', '(test', '100%', "';--", '*', '~a', '@5', '\\']) {
        expect(await videos(keyword)).toEqual(/[a-z0-9]/.test(keyword) && !keyword.includes('@') ? [1] : []);
      }
    });

    it('rank higher with the tag, the whole title, likes and youth', async () => {
      await index(video(1, '美食'), video(2, '一些美食'), video(3, '看看 #美食'));
      expect(await videos('美食')).toEqual([1, 3, 2]);
      await index(video(11, '旅行一'), video(12, '旅行二', { favoriteCount: 500 }), video(13, '旅行三', { favoriteCount: 5 }));
      expect(await videos('旅行')).toEqual([12, 13, 11]);
      await index(
        video(21, '日落一', { publishedAtMs: NOW - 90 * DAY }),
        video(22, '日落二', { publishedAtMs: NOW - 400 * DAY }),
        video(23, '日落三'),
      );
      expect(await videos('日落')).toEqual([23, 21, 22]);
    });

    it('page exactly: each once, in one order, through equal scores', async () => {
      await index(
        ...Array.from({ length: 57 }, (_, at) =>
          video(at + 1, '同一个标题', { favoriteCount: at % 3, publishedAtMs: NOW - (at % 5) * DAY }),
        ),
      );
      const whole = await under.engine().searchVideos(query('标题'), { limit: 100 });
      expect(whole).toHaveLength(57);
      const paged: Hit[] = [];
      for (let after: Hit | undefined; ; after = paged.at(-1)) {
        const page = await under.engine().searchVideos(query('标题'), { after, limit: 10 });
        paged.push(...page);
        if (page.length < 10) break;
        // Others appear meanwhile; what was there is not disturbed.
        await index(video(1_000 + paged.length, '标题', { publishedAtMs: NOW }));
      }
      expect(ids(paged.filter(({ id }) => id < 1_000))).toEqual(ids(whole));
      expect(new Set(ids(paged)).size).toBe(paged.length);
    });
  });

  describe('versions', () => {
    it('let newer documents replace older ones and never the reverse', async () => {
      await index(video(1, '第二版', { version: 2 }));
      await index(video(1, '第一版', { version: 1 }));
      expect(await videos('第一版')).toEqual([]);
      expect(await videos('第二版')).toEqual([1]);
      await index(video(1, '第三版', { version: 3 }));
      expect(await videos('第二版')).toEqual([]);
      expect(await videos('第三版')).toEqual([1]);
    });

    it('keep a removed video removed, whatever arrives late or twice', async () => {
      await index(video(1, '海边'));
      await index(tombstone(1, 1, 5));
      expect(await videos('海边')).toEqual([]);
      for (const version of [1, 4, 5]) await index(video(1, '海边', { version }));
      expect(await videos('海边')).toEqual([]);
      expect(await videos('x', [1])).toEqual([]);
    });

    it('remember a removal that arrives before the video', async () => {
      await index(tombstone(9, 1, 3));
      await index(video(9, '海边', { version: 2 }));
      expect(await videos('海边')).toEqual([]);
    });

    it('hide what is not published', async () => {
      await index(video(1, '海边', { state: VideoState.REJECTED }), video(2, '海边', { state: VideoState.UPLOADED }));
      expect(await videos('海边')).toEqual([]);
    });
  });

  describe('users', () => {
    it('are found by name and username: whole, by prefix, by words', async () => {
      await under
        .engine()
        .indexUsers([
          user(1, '小豆', 'doudou'),
          user(2, '小豆子', 'xd_2024'),
          user(3, 'Alice Wonder', 'alice'),
          user(4, '爱吃小豆的猫', 'cat'),
        ]);
      await under.settle();
      expect(await users('小豆')).toEqual([1, 2, 4]);
      expect(await users('ALI')).toEqual([3]);
      expect(await users('wonder')).toEqual([3]);
      expect(await users('xd_2024')).toEqual([2]);
      expect(await users('cat')).toEqual([4]);
      expect(await users('%')).toEqual([]);
      expect(await users('_')).toEqual([]);
    });

    it('are found by their new name only after a rename', async () => {
      await under.engine().indexUsers([user(1, '旧名字', 'a', 1)]);
      await under.engine().indexUsers([user(1, '新名字', 'a', 2)]);
      await under.engine().indexUsers([user(1, '旧名字', 'a', 1)]);
      await under.settle();
      expect(await users('旧名字')).toEqual([]);
      expect(await users('新名字')).toEqual([1]);
    });
  });

  describe('a rebuild', () => {
    it('answers from the old index until it is finished, and misses nothing written meanwhile', async () => {
      await index(video(1, '海边 旧'), video(2, '海边'), video(3, '海边 残留'));
      const rebuild = await under.engine().beginRebuild();
      await rebuild.indexVideos([video(1, '海边 新')]);
      // Live writes: a removal of what the scan still sees, a new video, an update.
      await index(tombstone(2, 1, 2), video(4, '海边'), video(1, '海边 最新', { version: 2 }));
      await rebuild.indexVideos([video(2, '海边')]);
      expect((await videos('海边')).sort()).toEqual([1, 3, 4]);
      await rebuild.indexUsers([user(1, '小豆')]);
      await rebuild.finish();
      await under.settle();
      expect((await videos('海边')).sort()).toEqual([1, 4]);
      expect(await videos('最新')).toEqual([1]);
      expect(await users('小豆')).toEqual([1]);
      expect(await under.hasUnfinished()).toBe(false);
      await index(video(5, '海边'));
      expect((await videos('海边')).sort()).toEqual([1, 4, 5]);
    });

    it('loses no write and fails no search while indexes are swapped', async () => {
      await index(video(1, '海边'));
      let writing = true;
      const failed: unknown[] = [];
      let written = 100;
      const load = async (): Promise<void> => {
        while (writing) {
          written += 1;
          await under.engine().indexVideos([video(written, '海边')]);
          const found = await under.engine().searchVideos(query('海边'), { limit: 10_000 });
          if (!found.some(({ id }) => id === 1)) failed.push('the first video was not found');
        }
      };
      const loading = load().catch((error: unknown) => failed.push(error));
      for (let round = 0; round < 3; round += 1) {
        const rebuild = await under.engine().beginRebuild();
        // The scan reads what is stored after the new index exists.
        const upTo = written;
        await rebuild.indexVideos([video(1, '海边'), ...Array.from({ length: upTo - 100 }, (_, at) => video(101 + at, '海边'))]);
        await rebuild.finish();
      }
      writing = false;
      await loading;
      await under.settle();
      expect(failed).toEqual([]);
      const all = await under.engine().searchVideos(query('海边'), { limit: 10_000 });
      expect(all).toHaveLength(written - 100 + 1);
    });

    it('can be abandoned, and one that died is cleaned up by the next', async () => {
      await index(video(1, '海边'));
      const abandoned = await under.engine().beginRebuild();
      await abandoned.abandon();
      expect(await under.hasUnfinished()).toBe(false);
      await under.engine().beginRebuild();
      const next = await under.engine().beginRebuild();
      await next.indexVideos([video(2, '海边')]);
      await next.finish();
      await under.settle();
      expect(await under.hasUnfinished()).toBe(false);
      expect(await videos('海边')).toEqual([2]);
    });
  });

  describe('filling', () => {
    it('is over when somebody says so, whatever events have written meanwhile', async () => {
      expect(await under.engine().ensure()).toBe(false);
      await under.engine().indexUsers([user(1, '小豆')]);
      await index(video(1, '海边'));
      expect(await under.engine().ensure()).toBe(false);
      await under.engine().markFilled();
      expect(await under.engine().ensure()).toBe(true);
      expect(await videos('海边')).toEqual([1]);
    });

    it('is over after a rebuild, and not because of one that was given up', async () => {
      await under.engine().ensure();
      await (await under.engine().beginRebuild()).abandon();
      expect(await under.engine().ensure()).toBe(false);
      await (await under.engine().beginRebuild()).finish();
      expect(await under.engine().ensure()).toBe(true);
      await under.engine().beginRebuild();
      expect(await under.engine().ensure()).toBe(true);
    });
  });
}
