import { eventually } from '@doul/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LikeSinkRunner } from '../worker/likes/like-sink-runner.js';
import { modelFixture, type ModelFixture } from './model-fixture.js';

let model: ModelFixture;

beforeAll(async () => {
  // Leases of its own, apart from those of a running system.
  process.env['ETCD_NAMESPACE'] = `sink-spec-${process.pid}`;
  model = await modelFixture();
});
afterAll(() => model.close());

it('moves from one process to another in the middle of load, and everything is taken in once', async () => {
  const [first, second] = [model, model.another()].map((process) => new LikeSinkRunner(process.store, process.sink));
  const videos = [await model.publish(1), await model.publish(1), await model.publish(2)];
  first?.onApplicationBootstrap();
  let stopped: Promise<void> | undefined;
  for (let turn = 0; turn < 120; turn += 1) {
    const likes = Array.from({ length: 48 }, (_, at) => ({
      viewerId: 1 + ((turn * 7 + at) % 96),
      videoId: videos[(turn + at) % 3] ?? 0,
      liked: (turn + at) % 4 !== 0,
    }));
    expect(await model.likes.set(likes)).not.toContain('unavailable');
    if (turn === 30) second?.onApplicationBootstrap();
    if (turn === 60) stopped = first?.beforeApplicationShutdown();
  }
  await stopped;
  await eventually(async () => {
    for (const shard of model.shards) expect(await model.sink.isDrained(shard)).toBe(true);
  });
  await second?.beforeApplicationShutdown();
  await model.drainAll();
  expect(await model.differences(100)).toEqual([]);
}, 60_000);
