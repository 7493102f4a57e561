import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { watchChannels, type ChannelWatch } from './channel-watch.js';
import { RedisStore } from './redis-store.js';
import { newRedis } from './redis.js';

const channel = `spec-${process.pid}`;
const name = `watch-${process.pid}`;

let client: Redis;
let store: RedisStore;
let watch: ChannelWatch;
let wanted: boolean;
let heard: string[];

beforeAll(() => {
  client = newRedis('spec');
  store = new RedisStore(client);
});
afterEach(() => watch.stop());
afterAll(() => client.quit());

const begin = (): void => {
  [wanted, heard] = [true, []];
  watch = watchChannels({
    name,
    client: async () => client,
    channels: [channel],
    onMessage: (_, text) => heard.push(text),
    onReset: () => heard.push('reset'),
    isWanted: () => wanted,
  });
};

/** The watch's own connections, as the server lists them. */
async function connections(): Promise<string[]> {
  const lines = String(await client.client('LIST')).split('\n');
  return lines.filter((line) => line.includes(`name=doul-${name} `)).map((line) => /^id=(\d+)/.exec(line)?.[1] ?? '');
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (await holds()) return;
    await sleep(10);
  }
  throw new Error('never happened');
}

const knows = (): boolean => watch.ageMs() < 300;

it('hears every message in order, from when it says that it knows', async () => {
  begin();
  expect(watch.ageMs()).toBe(Infinity);
  await until(knows);
  expect(heard).toEqual(['reset']);
  for (let at = 0; at < 200; at += 1) await client.publish(channel, String(at));
  await until(() => heard.length === 201);
  expect(heard.slice(1).map(Number)).toEqual(Array.from({ length: 200 }, (_, at) => at));
});

it('has a message in hand at the end of the turn in which its writer has a further answer', async () => {
  begin();
  await until(knows);
  for (let at = 0; at < 500; at += 1) {
    await client.publish(channel, String(at));
    await store.published(['any key']);
    await new Promise(setImmediate);
    expect(heard.at(-1)).toBe(String(at));
  }
});

it('knows nothing from the moment its connection is lost, and says that messages may be missing before it knows again', async () => {
  begin();
  await until(knows);
  const [id] = await connections();
  await client.client('KILL', 'ID', Number(id));
  await until(() => watch.ageMs() === Infinity);
  await client.publish(channel, 'unheard');
  await until(knows);
  expect(heard).toEqual(['reset', 'reset']);
  expect(await connections()).toHaveLength(1);
});

it('says how long it has not heard of a server that does not answer', async () => {
  begin();
  await until(knows);
  const other = newRedis('spec-pause');
  await other.client('PAUSE', 700, 'ALL');
  await sleep(600);
  expect(watch.ageMs()).toBeGreaterThan(400);
  await until(knows);
  expect(heard).toEqual(['reset']);
  await other.quit();
});

it('has no connection while nobody wants to hear', async () => {
  begin();
  await until(knows);
  wanted = false;
  await until(async () => (await connections()).length === 0);
  expect(watch.ageMs()).toBe(Infinity);
  wanted = true;
  await until(knows);
  expect(heard).toEqual(['reset', 'reset']);
});
