import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { chaos, eventually, newUsers, recovered, traffic, type Actor, type VideoObject } from '../index.js';
import { startByHand, stopByHand } from './by-hand.js';

/** Requests that an instance has answered, by its own count. */
async function answered(admin: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${admin}/metrics`)).text();
  const lines = text.split('\n').filter((line) => /^doul_(http_requests_total|rpc_server_seconds_count)/.test(line));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

describe('instances come and go under traffic', () => {
  let bob: Actor;
  let video: VideoObject;
  beforeAll(async () => {
    await recovered();
    const [alice, second] = (await newUsers('alice', 'bob')) as [Actor, Actor];
    bob = second;
    video = await alice.publishes('steady', { seconds: 1, width: 128, height: 128 });
  }, 120_000);

  const load = () =>
    traffic(6, async (at) => {
      if (at % 5 === 0) await bob.feed();
      else if (at % 5 === 1) await (at % 2 ? bob.likes(video) : bob.unlikes(video));
      else if (at % 5 === 2) await bob.commentsOn(video);
      else if (at % 5 === 3) await bob.user();
      else await bob.followedBy(bob);
    });

  it.each(['video-rpc', 'video-api', 'usercenter-rpc', 'comment-api'])(
    'a second %s started by hand takes traffic, and none after it is stopped, with no failed request',
    async (layer) => {
      const running = load();
      const second = await startByHand(layer);
      await eventually(async () => expect(await answered(second.admin)).toBeGreaterThan(5));
      expect(await stopByHand(second)).toBe(0);
      await sleep(1_000);
      const report = await running.stop();
      expect(report.failures).toEqual([]);
    },
    90_000,
  );

  it('a rolling restart of every layer costs no request', async () => {
    const running = load();
    const layers = (await chaos.status()).map((row) => row.name).filter((name) => /-(api|rpc|worker)$/.test(name));
    expect(layers.length).toBeGreaterThanOrEqual(13);
    for (const layer of layers) await chaos.roll(layer);
    const report = await running.stop();
    expect(report.failures).toEqual([]);
    expect(report.sent).toBeGreaterThan(100);
  }, 300_000);
});
