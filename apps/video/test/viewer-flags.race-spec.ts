import { FavoriteServiceDefinition } from '@doul/contracts';
import { newRedis } from '@doul/data';
import { instanceClient } from '@doul/rpc';
import { disposeResources } from '@doul/runtime';
import { FlagsProcess } from '@doul/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { PublishedVideos } from '../rpc/published-videos.js';
import { FavoriteService } from '../rpc/favorite.service.js';
import { modelFixture, type ModelFixture, type ModelProcess } from './model-fixture.js';

const VIEWERS = Array.from({ length: 16 }, (_, at) => 100 + at);

let model: ModelFixture;
let videos: number[];
/** RPC layers, and API processes that each ask one of them. */
let layers: ModelProcess[];
let processes: FlagsProcess[];
let likes: Map<number, Set<number>>;
let asked: number;

const pick = <T>(items: readonly T[]): T => items[Math.floor(Math.random() * items.length)] as T;
const client = newRedis('spec');

beforeAll(async () => {
  model = await modelFixture();
  videos = [];
  for (let at = 0; at < 8; at += 1) videos.push(await model.publish(9_001));
  layers = [model, model.another()];
  processes = [0, 1, 2].map((at) => {
    const { likes: store, cards, videos } = layers[at % layers.length] as ModelProcess;
    const favorites = instanceClient(FavoriteServiceDefinition, new FavoriteService(store, new PublishedVideos(cards, videos)));
    const counted = async (...args: Parameters<typeof favorites.ask.getFlags>) => {
      asked += 1;
      return favorites.ask.getFlags(...args);
    };
    return new FlagsProcess({ favorites: { ...favorites, ask: { ...favorites.ask, getFlags: counted } } });
  });
});
afterAll(async () => {
  for (const process of processes) await process.close();
  await client.quit();
  await model.close();
  await disposeResources();
});
beforeEach(async () => {
  for (const viewerId of VIEWERS) await model.likes.set(videos.map((videoId) => ({ viewerId, videoId, liked: false })));
  likes = new Map(VIEWERS.map((viewerId) => [viewerId, new Set()]));
  await watched();
  asked = 0;
});

async function watched(): Promise<void> {
  while (!processes.every((process) => process.isWatched)) await sleep(10);
}

/** Ends every connection on which a process hears of changes; one that has gone by itself is fine. */
async function loseConnections(): Promise<void> {
  const lines = String(await client.client('LIST')).split('\n');
  for (const line of lines.filter((each) => each.includes('name=doul-viewer-changes ')))
    await client.client('KILL', 'ID', Number(/^id=(\d+)/.exec(line)?.[1])).catch(() => undefined);
}

/** Likes or takes it back through one layer, and looks through a process at once, and through another. */
async function actAndLook(viewerId: number): Promise<void> {
  const own = likes.get(viewerId) as Set<number>;
  const videoId = pick(videos);
  const liked = !own.delete(videoId);
  if (liked) own.add(videoId);
  expect(await pick(layers).likes.set([{ viewerId, videoId, liked }])).toEqual(['changed']);
  for (let looks = 0; looks < 2; looks += 1) {
    const seen = await pick(processes).flags(viewerId, { videoIds: videos });
    expect([viewerId, seen.liked]).toEqual([viewerId, videos.filter((id) => own.has(id))]);
  }
}

const allAct = (rounds: number): Promise<unknown> =>
  Promise.all(
    VIEWERS.map(async (viewerId) => {
      for (let round = 0; round < rounds; round += 1) await actAndLook(viewerId);
    }),
  );

it('shows each viewer at once, in whatever process, what they have just done, while all others look and do', async () => {
  await allAct(100);
  expect(asked).toBe(0);
});

it('shows it also while the processes lose their connections again and again', { timeout: 60_000 }, async () => {
  let done = false;
  const killer = (async () => {
    while (!done) {
      await sleep(60 + 100 * Math.random());
      await loseConnections();
    }
  })();
  try {
    await allAct(600);
  } finally {
    done = true;
    await killer;
  }
  expect(asked).toBeGreaterThan(0);
});

it('shows what was done while nobody could be told', async () => {
  const [viewerId = 0] = VIEWERS;
  await processes[0]?.flags(viewerId, { videoIds: videos });
  await loseConnections();
  await model.likes.set([{ viewerId, videoId: videos[0] ?? 0, liked: true }]);
  await sleep(50);
  await watched();
  for (const process of processes) expect((await process.flags(viewerId, { videoIds: videos })).liked).toEqual([videos[0]]);
});

it('shows all likes of a viewer with more than are kept', async () => {
  const viewerId = 900;
  const many = Array.from({ length: 1_001 }, (_, at) => 1_000_000 + at);
  for (let from = 0; from < many.length; from += 500)
    await model.likes.set(many.slice(from, from + 500).map((videoId) => ({ viewerId, videoId, liked: true })));
  const looked = [many[0] ?? 0, 5, many[1_000] ?? 0];
  for (const process of processes) expect((await process.flags(viewerId, { videoIds: looked })).liked).toEqual([looked[0], looked[2]]);
  expect(asked).toBe(3);
  await model.likes.set([{ viewerId, videoId: many[7] ?? 0, liked: false }]);
  for (const process of processes) expect((await process.flags(viewerId, { videoIds: [many[7] ?? 0, ...looked] })).liked).toHaveLength(2);
  expect(asked).toBe(3);
});
