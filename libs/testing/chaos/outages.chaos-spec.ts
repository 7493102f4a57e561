import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { chaos, eventually, newUser, newUsers, recovered, traffic, type Actor, type VideoObject } from '../index.js';

const small = { seconds: 1, width: 128, height: 128 };

describe('servers that go away for a while', () => {
  let alice: Actor;
  let bob: Actor;
  let video: VideoObject;
  beforeAll(async () => {
    await recovered();
    const people = await newUsers('alice', 'bob');
    alice = people[0] as Actor;
    bob = people[1] as Actor;
    video = await alice.publishes('before the outage', small);
  }, 120_000);

  it('etcd: no request fails in 30 s without it, nor when it is back', async () => {
    const load = traffic(4, async (at) => {
      if (at % 3 === 0) await bob.feed();
      else if (at % 3 === 1) await (at % 2 ? bob.likes(video) : bob.unlikes(video));
      else await bob.commentsOn(video);
    });
    await chaos.stop('etcd');
    await sleep(30_000);
    await chaos.start('etcd');
    await sleep(5_000);
    const report = await load.stop();
    expect(report.failures).toEqual([]);
    expect(report.sent).toBeGreaterThan(200);
    await recovered();
  }, 180_000);

  it.each(['rabbitmq', 'elasticsearch'])(
    '%s: every upload and comment succeeds in 10 s without it, and all is searchable afterwards',
    async (server) => {
      const mark = `${server}${Date.now()}`;
      await chaos.stop(server);
      const until = Date.now() + 10_000;
      let uploads = 0;
      while (Date.now() < until) {
        await alice.uploads(`outage ${mark} number ${uploads++}`, small);
        await bob.comments(video, `while ${server} is away ${uploads}`);
        await sleep(1_000);
      }
      await chaos.start(server);
      await eventually(
        async () => {
          const found = await alice.findsVideos(mark);
          expect(found).toHaveLength(Math.min(uploads, 20));
        },
        { within: 90_000, every: 1_000 },
      );
      expect((await bob.commentsOn(video)).filter((each) => each.content.includes(server))).toHaveLength(uploads);
      await recovered();
    },
    240_000,
  );

  it('a deleted video stays out of the search although its events come late', async () => {
    const mark = `resurrect${Date.now()}`;
    const doomed = await alice.publishes(`doomed ${mark}`, small);
    await eventually(async () => expect(await bob.findsVideos(mark)).toHaveLength(1));
    await chaos.stop('search-worker');
    await alice.renames(`renamed ${Date.now()}`);
    await alice.deletes(doomed);
    await chaos.start('search-worker');
    await eventually(async () => expect(await bob.findsVideos(mark)).toHaveLength(0), { within: 60_000 });
    await sleep(3_000);
    expect(await bob.findsVideos(mark)).toHaveLength(0);
  }, 120_000);

  it('registering and logging in works after all that', async () => {
    const carol = await newUser('carol');
    await carol.logsIn();
    expect((await carol.user()).name).toBe(carol.name);
  });
});
