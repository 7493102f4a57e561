import { newContext, runInContext, type RequestContext } from '@doul/runtime';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PublishedVideos } from '../rpc/published-videos.js';
import { modelFixture, type ModelFixture } from './model-fixture.js';

let model: ModelFixture;
let videos: PublishedVideos;
const AUTHOR = 9_300;
/** A removal is to be respected within this, in ms. */
const SOON_MS = 1_000;

beforeAll(async () => {
  model = await modelFixture();
  videos = new PublishedVideos(model.cards, model.videos);
  videos.onApplicationBootstrap();
});
afterAll(async () => {
  await videos.beforeApplicationShutdown();
  await model.close();
});

async function callsOf(work: () => Promise<unknown>): Promise<RequestContext['calls']> {
  const context = newContext('spec');
  await runInContext(context, work);
  return context.calls;
}

it('remembers what is published, and forgets what was removed within a second', async () => {
  const [kept, gone] = [await model.publish(AUTHOR), await model.publish(AUTHOR)];
  await sleep(SOON_MS);
  expect(await videos.among([kept, gone, 404])).toEqual(new Set([kept, gone]));
  expect(await callsOf(() => videos.among([kept, gone]))).toEqual({ rpc: 0, sql: 0, redis: 0 });
  await model.publications.remove(AUTHOR, gone);
  await sleep(SOON_MS);
  expect(await videos.among([kept, gone])).toEqual(new Set([kept]));
});

it('believes nothing it remembers when the log of edits was lost', async () => {
  const id = await model.publish(AUTHOR);
  await sleep(SOON_MS);
  expect(await videos.among([id])).toEqual(new Set([id]));
  await model.redis.client.flushdb();
  await model.database.execute("UPDATE videos SET state = 'removed', feed_time = NULL WHERE id = ?", [id]);
  await sleep(SOON_MS);
  expect(await videos.among([id])).toEqual(new Set());
});
