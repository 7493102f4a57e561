import { VideoState } from '@doul/contracts';
import { signToken } from '@doul/http';
import { disposeResources, type StartedTransport } from '@doul/runtime';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newElasticClient } from '../model/elastic/elastic-client.js';
import { Indexer } from '../worker/indexer.js';
import { backfill, rebuild } from '../worker/rebuild.js';
import { servicesTruth, type Truth } from '../worker/truth.js';
import { putUser, putVideo, resetWorld, startFakeServices, world } from './memory-services.js';

const elasticsearch = process.env['ELASTICSEARCH_URL'] ?? '';
process.env['SEARCH_INDEX_PREFIX'] = `doul-s${process.pid}`;
const { searchEngine } = await import('../model/new-engine.js');
const { searchApi } = await import('../api/search-api.module.js');

interface Answer {
  status_code: number;
  video_list?: { id: number; highlight: string; is_favorite: boolean; author: { name: string }; title: string }[];
  user_list?: { id: number; name: string }[];
  next_cursor: string;
  has_more: boolean;
}

/** The API over HTTP and the indexer, on the configured engine, with the other services in memory. */
describe.skipIf(elasticsearch === '')('search', () => {
  const layers: StartedTransport[] = [];
  const truth = servicesTruth();
  const indexer = new Indexer(searchEngine, truth);
  const client = newElasticClient(elasticsearch === '' ? 'http://127.0.0.1:9200' : elasticsearch);
  let address = '';

  const aliases = `${process.env['SEARCH_INDEX_PREFIX']}-*`;
  const dropAll = async (): Promise<void> => {
    const names = Object.keys(await client.indices.getAlias({ name: aliases }, { ignore: [404] })).filter((name) =>
      name.startsWith('doul-s'),
    );
    if (names.length > 0) await client.indices.delete({ index: names });
  };
  const settle = async (): Promise<void> =>
    void (await client.indices.refresh({ index: aliases.replace('*', 'videos') + ',' + aliases.replace('*', 'users') }));
  const get = async (path: string, token?: string): Promise<Answer> =>
    (await fetch(`${address}${path}${token ? `&token=${token}` : ''}`)).json() as Promise<Answer>;
  const videos = (keyword: string, more = ''): Promise<Answer> =>
    get(`/douyin/search/video/?keyword=${encodeURIComponent(keyword)}${more}`);
  const ids = (answer: Answer): number[] => (answer.video_list ?? answer.user_list ?? []).map(({ id }) => id);

  beforeAll(async () => {
    layers.push(await startFakeServices());
    const api = await searchApi.transport.start([searchApi]);
    layers.push(api);
    address = `http://127.0.0.1:${api.port}`;
  });

  beforeEach(async () => {
    resetWorld();
    await dropAll();
    await (await searchEngine()).ensure();
    putUser(1, '小豆', 'doudou');
    putUser(2, 'Alice', 'alice');
    await Promise.all([indexer.user(1), indexer.user(2)]);
  });

  afterAll(async () => {
    for (const layer of layers.reverse()) await layer.close();
    await dropAll();
    await client.close();
    await disposeResources();
  });

  it('answers videos with their author, flags and a highlight, at two RPCs a page, and two for what is not known yet', async () => {
    putVideo(1, '海边的<日落> #旅行');
    putVideo(2, '山里', { authorId: 2 });
    world.likes.set(9, new Set([1]));
    await Promise.all([indexer.video(1), indexer.video(2)]);
    await settle();
    world.calls = [];
    const { token } = signToken({ userId: 9, sessionId: 1 });
    const answer = await get(`/douyin/search/video/?keyword=${encodeURIComponent('日落')}`, token);
    expect(answer).toMatchObject({ status_code: 0, next_cursor: '', has_more: false });
    expect(answer.video_list).toEqual([
      expect.objectContaining({ id: 1, title: '海边的<日落> #旅行', highlight: '海边的&lt;<em>日落</em>&gt; #旅行', is_favorite: true }),
    ]);
    expect(world.calls.toSorted()).toEqual(['getCards', 'getFlags', 'getFollowFlags', 'getProfiles']);
    expect(ids(await videos('旅行'))).toEqual([1]);
    expect(ids(await videos('alice'))).toEqual([2]);
    expect((await videos('日落')).video_list?.[0]?.is_favorite).toBe(false);
  });

  it('finds videos under the new name of an author without touching them', async () => {
    putVideo(1, '海边', { authorId: 2 });
    await indexer.video(1);
    putUser(2, '小红', 'alice');
    await indexer.user(2);
    await settle();
    expect(ids(await videos('小红'))).toEqual([1]);
  });

  it('finds users', async () => {
    await settle();
    expect(ids(await get('/douyin/search/user?keyword=ali'))).toEqual([2]);
    expect(ids(await get(`/douyin/search/user/?keyword=${encodeURIComponent('小')}`))).toEqual([1]);
  });

  it('pages exactly, past videos that are gone by now', async () => {
    for (let id = 1; id <= 45; id += 1) putVideo(id, `日落 ${id}`);
    await Promise.all([...world.videos.keys()].map((id) => indexer.video(id)));
    await settle();
    // Removed, but the index does not know it yet.
    for (const id of [44, 43, 20]) putVideo(id, '', { state: VideoState.REMOVED });
    const seen: number[] = [];
    let cursor = '';
    const sizes: number[] = [];
    do {
      const page = await videos('日落', `&count=10&cursor=${cursor}`);
      seen.push(...ids(page));
      sizes.push(ids(page).length);
      cursor = page.next_cursor;
      expect(page.has_more).toBe(cursor !== '');
    } while (cursor !== '');
    expect(seen).toEqual(Array.from({ length: 45 }, (_, at) => 45 - at).filter((id) => ![44, 43, 20].includes(id)));
    expect(sizes).toEqual([10, 10, 10, 10, 2]);
  });

  it('refuses bad input by name', async () => {
    for (const [path, parameter] of [
      ['/douyin/search/video/', 'keyword'],
      ['/douyin/search/video/?keyword=%E2%80%8B%20', 'keyword'],
      [`/douyin/search/video/?keyword=${'x'.repeat(65)}`, 'keyword'],
      ['/douyin/search/video/?keyword=a&count=31', 'count'],
      ['/douyin/search/user/?keyword=a&count=0', 'count'],
      ['/douyin/search/user/?keyword=a&cursor=nonsense', 'cursor'],
    ] as const) {
      const answer = (await get(path)) as Answer & { status_msg: string };
      expect([answer.status_code, answer.status_msg]).toEqual([10001, expect.stringContaining(parameter)]);
    }
    expect((await get('/douyin/search/video/?keyword=a', 'wrong')).status_code).toBe(10002);
  });

  it('never lets late or repeated events resurrect a removed video', async () => {
    putVideo(1, '日落');
    await indexer.video(1);
    putVideo(1, '日落', { state: VideoState.REMOVED });
    await Promise.all([indexer.removedVideo({ id: 1, authorId: 1, version: 2 }), indexer.video(1)]);
    await Promise.all([indexer.video(1), indexer.video(1)]);
    // Unknown to the service by now: the event alone makes the tombstone.
    await indexer.removedVideo({ id: 7, authorId: 1, version: 3 });
    putVideo(7, '日落', { version: 2 });
    await indexer.video(7);
    await settle();
    expect(ids(await videos('日落'))).toEqual([]);
  });

  it('fills an index anew whose filling was interrupted', async () => {
    putVideo(1, '日落');
    const interrupted: Truth = {
      ...truth,

      async *allVideos() {
        throw new Error('killed');
      },
    };
    const engine = await searchEngine();
    await expect(backfill(engine, interrupted)).rejects.toThrow('killed');
    expect(await engine.ensure()).toBe(false);
    await backfill(engine, truth);
    expect(await engine.ensure()).toBe(true);
    await settle();
    // That there is no such video may have been believed for a moment.
    await expect.poll(async () => ids(await videos('日落'))).toEqual([1]);
  });

  it('rebuilds everything, and fills an empty index', async () => {
    for (let id = 1; id <= 1_203; id += 1) putVideo(id, `日落 ${id}`);
    putVideo(5, '', { state: VideoState.REMOVED });
    putVideo(6, '日落', { state: VideoState.UPLOADED });
    await backfill(await searchEngine(), truth);
    await settle();
    expect(ids(await videos('日落', '&count=30'))[0]).toBe(1_203);
    const lines: string[] = [];
    await rebuild(await searchEngine(), truth, ({ kind, done }) => lines.push(`${kind} ${done}`));
    expect(lines).toEqual(['users 2', 'videos 500', 'videos 1000', 'videos 1203']);
    expect((await client.count({ index: aliases.replace('*', 'videos'), query: { term: { removed: false } } })).count).toBe(1_201);
    expect((await client.count({ index: aliases.replace('*', 'videos') })).count).toBe(1_202);
  });
});
