import { childLog, holdLease } from '@doul/runtime';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { LikeStore } from '../../model/like.store.js';
import { LikeSink } from './like-sink.js';

const log = childLog('likes');

/** Leases that the shards are divided among: as many workers can share the work, and a waiting one asks etcd this often a second. */
const GROUPS = 4;
/**
 * From the start of one batch to that of the next, in ms. Counts are to reach readers within 1 s, so this is the longest that leaves
 * room for the batch itself and for the copies; the longer it is, the fewer transactions and counter rows a like costs.
 */
const PERIOD_MS = 300;
/** Pause when there was nothing to do, in ms: a look at all shards is a script call for each. */
const IDLE_MS = 200;
/** Longest pause while a server is away, in ms. */
const MAX_PAUSE_MS = 2_000;

/** Takes the logs of all shards that this process holds the lease of into MySQL. */
@Injectable()
export class LikeSinkRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly held = new Set<number>();
  private releases: (() => Promise<void>)[] = [];
  private running: Promise<void> | undefined;

  constructor(
    private readonly store: LikeStore,
    private readonly sink: LikeSink,
  ) {}

  onApplicationBootstrap(): void {
    const shards = Array.from({ length: this.store.shards }, (_, shard) => shard);
    this.releases = Array.from({ length: GROUPS }, (_, group) => {
      const own = shards.filter((shard) => shard % GROUPS === group);
      return holdLease(`video-like-sink-${group}`, (signal) => this.hold(own, signal));
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.releases.map((release) => release()));
    await this.running;
  }

  private async hold(shards: readonly number[], signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.sink.forget(shards);
    for (const shard of shards) this.held.add(shard);
    this.running ??= this.loop().finally(() => (this.running = undefined));
    await once(signal, 'abort');
    for (const shard of shards) this.held.delete(shard);
  }

  /** One loop for all shards, as long as there are any. A batch of a lease just lost may still be applied: MySQL's offsets make that harmless. */
  private async loop(): Promise<void> {
    let pause = IDLE_MS;
    while (this.held.size > 0) {
      const start = Date.now();
      try {
        const { done, more } = await this.sink.step([...this.held]);
        const rest = Math.max(1, PERIOD_MS - (Date.now() - start));
        pause = more ? 1 : done ? rest : IDLE_MS;
      } catch (error) {
        pause = Math.min(Math.max(IDLE_MS, pause) * 2, MAX_PAUSE_MS);
        log.warn({ err: error, pause }, 'likes wait for MySQL or Redis');
      }
      await sleep(pause);
    }
  }
}
