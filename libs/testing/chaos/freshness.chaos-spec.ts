import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, chaos, eventually, inParallel, newUsers, publicUrl, recovered, send, type Actor, type VideoObject } from '../index.js';
import { startByHand, stopByHand, type Instance } from './by-hand.js';

const small = { seconds: 1, width: 128, height: 128 };
/** How soon everybody is to see a change, in ms. */
const SOON_MS = 1_000;

/** What one instance of video-api shows at the head of the feed. */
async function feedOf(instance: string, token?: string): Promise<VideoObject[]> {
  const call = token === undefined ? {} : { token };
  return (await ask<{ video_list: VideoObject[] }>('GET', `${instance}/douyin/feed/`, call)).video_list;
}

describe('cards in three API processes', () => {
  let alice: Actor;
  let fans: Actor[];
  let others: Instance[];
  let instances: string[];

  /** Keeps every instance's cards asked for, as traffic does, until `change` has had its second. */
  async function watched(change: () => Promise<unknown>): Promise<VideoObject[][]> {
    let going = true;
    const traffic = instances.map(async (instance) => {
      while (going) {
        await feedOf(instance);
        await sleep(20);
      }
    });
    await sleep(100);
    await change();
    await sleep(SOON_MS);
    const shown = await Promise.all(instances.map((instance) => feedOf(instance)));
    going = false;
    await Promise.all(traffic);
    return shown;
  }
  const everyCard = (feeds: VideoObject[][], video: VideoObject): (VideoObject | undefined)[] =>
    feeds.map((feed) => feed.find(({ id }) => id === video.id));

  beforeAll(async () => {
    await recovered();
    const people = await newUsers('alice', ...Array.from({ length: 8 }, (_, at) => `fan${at}`));
    [alice, ...fans] = people as [Actor, ...Actor[]];
    others = await Promise.all([startByHand('video-api'), startByHand('video-api')]);
    instances = [publicUrl(), ...others.map(({ http }) => http)];
  }, 120_000);
  afterAll(async () => {
    expect(await Promise.all(others.map(stopByHand))).toEqual([0, 0]);
  });

  it('show a new video, new counts and a new name a second later', async () => {
    const video = await alice.publishes(`fresh ${Date.now()}`, small);
    await sleep(SOON_MS);
    expect(everyCard(await Promise.all(instances.map((instance) => feedOf(instance))), video)).toEqual([
      expect.objectContaining({ favorite_count: 0 }),
      expect.objectContaining({ favorite_count: 0 }),
      expect.objectContaining({ favorite_count: 0 }),
    ]);
    const name = `renamed ${Date.now()}`;
    const shown = await watched(async () => {
      await inParallel(fans, 4, (fan) => fan.likes(video));
      await (fans[0] as Actor).comments(video, 'so fresh');
      await (fans[1] as Actor).follows(alice);
      await alice.renames(name);
    });
    for (const card of everyCard(shown, video)) {
      expect(card).toMatchObject({
        favorite_count: fans.length,
        comment_count: 1,
        author: { name, total_favorited: fans.length, follower_count: 1 },
      });
    }
  }, 60_000);

  it('show a deleted video nowhere a second later', async () => {
    for (let round = 0; round < 3; round += 1) {
      const video = await alice.publishes(`doomed ${Date.now()}`, small);
      await eventually(async () => expect(everyCard([await feedOf(publicUrl())], video)[0]).toBeDefined());
      const shown = await watched(() => alice.deletes(video));
      expect(everyCard(shown, video)).toEqual([undefined, undefined, undefined]);
    }
  }, 90_000);

  it('show the right thing also after Redis lost everything', async () => {
    const video = await alice.publishes(`lasting ${Date.now()}`, small);
    await (fans[2] as Actor).likes(video);
    await chaos.kill('redis');
    await recovered();
    const name = `after ${Date.now()}`;
    await eventually(() => alice.renames(name));
    await eventually(async () => {
      for (const card of everyCard(await Promise.all(instances.map((each) => feedOf(each))), video)) {
        expect(card).toMatchObject({ favorite_count: 1, author: { name } });
      }
    });
  }, 90_000);
});

describe('a feed whose flags cannot be had', () => {
  it('says so, shows what it can, and shows all when they are back', async () => {
    const [alice, bob, carol] = (await newUsers('alice', 'bob', 'carol')) as [Actor, Actor, Actor];
    const video = await alice.publishes(`flagged ${Date.now()}`, small);
    for (const fan of [bob, carol]) {
      await fan.likes(video);
      await fan.follows(alice);
    }
    const look = async (fan: Actor): Promise<{ degraded: string | null; card: VideoObject | undefined }> => {
      const response = await send('GET', '/douyin/feed/', { token: fan.token });
      expect(response.status).toBe(200);
      const { video_list: videos } = (await response.json()) as { video_list: VideoObject[] };
      return { degraded: response.headers.get('x-doul-degraded'), card: videos.find(({ id }) => id === video.id) };
    };
    const whole = { degraded: null, card: { is_favorite: true, author: { is_follow: true } } };
    await eventually(async () => expect(await look(bob)).toMatchObject(whole));
    // What bob likes and follows is kept as soon as changes of it are heard of, which begins with somebody's first look.
    for (let times = 0; times < 10; times += 1) {
      await sleep(100);
      expect(await look(bob)).toMatchObject(whole);
    }
    await chaos.stop('friend-rpc');
    try {
      for (let times = 0; times < 5; times += 1) {
        // Nobody has asked for carol's yet; bob's are known, and every change of them would be heard of.
        expect(await look(carol)).toMatchObject({ degraded: 'follows', card: { is_favorite: true, author: { is_follow: false } } });
        expect(await look(bob)).toMatchObject(whole);
      }
    } finally {
      await chaos.start('friend-rpc');
    }
    await eventually(async () => expect(await look(carol)).toMatchObject(whole));
  }, 90_000);
});
