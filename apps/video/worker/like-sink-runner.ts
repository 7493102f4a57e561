import { childLog, holdLease } from '@doul/runtime';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { LikeStore } from '../model/like.store.js';
import { LikeSink } from './like-sink.js';

const log = childLog('likes');

/** Leases that the shards are divided among: as many workers can share the work, and a waiting one asks etcd this often a second. */
const GROUPS = 4;
/** Pause when there was nothing to do, in ms: counts are to reach readers within 1 s. */
const IDLE_MS = 100;
/** Longest pause while a server is away, in ms. */
const MAX_PAUSE_MS = 2_000;

/** Runs the sink of every shard, in one process at a time. */
@Injectable()
export class LikeSinkRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private releases: (() => Promise<void>)[] = [];

  constructor(
    private readonly store: LikeStore,
    private readonly sink: LikeSink,
  ) {}

  onApplicationBootstrap(): void {
    const shards = Array.from({ length: this.store.shards }, (_, shard) => shard);
    this.releases = Array.from({ length: GROUPS }, (_, group) => {
      const own = shards.filter((shard) => shard % GROUPS === group);
      return holdLease(`video-like-sink-${group}`, (signal) => this.loop(own, signal));
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.releases.map((release) => release()));
  }

  private async loop(shards: readonly number[], signal: AbortSignal): Promise<void> {
    let pause = IDLE_MS;
    while (!signal.aborted) {
      try {
        const waiting = await this.sink.waiting(shards);
        const results = await Promise.allSettled(waiting.map((shard) => this.sink.step(shard)));
        const failure = results.find((result) => result.status === 'rejected');
        if (failure) throw failure.reason;
        pause = IDLE_MS;
        if (waiting.length > 0) continue;
      } catch (error) {
        log.warn({ err: error, pause }, 'likes wait for MySQL or Redis');
        pause = Math.min(pause * 2, MAX_PAUSE_MS);
      }
      await sleep(pause, undefined, { signal }).catch(() => undefined);
    }
  }
}
