import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { chaos, doul, recovered, traffic } from '../index.js';
import { countsAgree, Ledger, lost, type Scene } from './ledger.js';
import { newScene, oneOf } from './scene.js';

/** Busy people: every action is remembered once it is acknowledged. */
function busy(scene: Scene, ledger: Ledger): { stop(): Promise<unknown> } {
  const actions = [
    () => ledger.like(oneOf(scene.fans), oneOf(scene.videos)),
    () => ledger.like(oneOf(scene.fans), oneOf(scene.videos)),
    (at: number) => ledger.comment(oneOf(scene.fans), oneOf(scene.videos), `comment ${at}`),
    (at: number) => {
      const fan = oneOf(scene.fans);
      return ledger.message(fan, scene.star, `${fan.id}:${at}`);
    },
    () => ledger.follow(oneOf(scene.fans), scene.star),
  ];
  return traffic(4, async (at) => {
    await actions[at % actions.length]?.(at);
    // Failing requests come back at once; without a pause they would be all the load there is.
    await sleep(5);
  });
}

describe('nothing acknowledged is lost when a process is killed in the middle of load', () => {
  let scene: Scene;
  const ledger = new Ledger();
  beforeAll(async () => {
    await recovered();
    scene = await newScene({ fans: 12, videos: 6 });
  }, 180_000);

  const victims = [
    'redis',
    'mysql',
    'video-rpc',
    'video-worker',
    'comment-rpc',
    'chat-rpc',
    'friend-rpc',
    'usercenter-rpc',
    'video-api',
    'comment-api',
    'rabbitmq',
    'nginx',
    'gateway',
  ];
  it.each(victims)(
    'kill -9 %s',
    async (victim) => {
      const load = busy(scene, ledger);
      await sleep(1_000);
      const before = ledger.size;
      await chaos.kill(victim);
      await sleep(2_000);
      await recovered();
      await sleep(500);
      await load.stop();
      expect(ledger.size).toBeGreaterThan(before);
      expect(await lost(ledger, scene)).toEqual([]);
      await countsAgree(scene);
    },
    180_000,
  );

  it('and reconcile finds no difference', async () => {
    // Its exit code is 1 when something differs; what it printed says what.
    const printed = await doul('reconcile').catch((error: { stdout?: string }) => error.stdout ?? String(error));
    expect(printed).toMatch(/^0 differences$/m);
  }, 120_000);
});
