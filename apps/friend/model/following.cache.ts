import { RedisStore, type RedisScript } from '@doul/data';
import { childLog } from '@doul/runtime';
import { Injectable } from '@nestjs/common';
import { followCountersKey, followingKey, followingVersionKey } from '../friend.keys.js';
import { FollowCounterTable } from './follow-counters.js';
import { FollowRepository } from './follow.repository.js';
import { APPLY, INSTALL } from './following.scripts.js';

const log = childLog('friend');
const TTL_SECONDS = followingKey.ttlSeconds ?? 0;

/**
 * Whom each viewer follows, in Redis. A change goes into a loaded set right after its commit, so the viewer sees it at once. Should the
 * process die in between, the projector still brings the viewer's new `follow_version` to Redis; a set with an older version than that
 * is not believed and read again.
 */
@Injectable()
export class FollowingCache {
  private readonly install: RedisScript<number>;
  private readonly applyScript: RedisScript<number>;
  private readonly loading = new Map<number, Promise<Set<number>>>();

  constructor(
    private readonly redis: RedisStore,
    private readonly counters: FollowCounterTable,
    private readonly follows: FollowRepository,
  ) {
    this.install = redis.script<number>('following-install', INSTALL);
    this.applyScript = redis.script<number>('following-apply', APPLY);
  }

  /** Those of `ids` whom the viewer follows. One round trip and no SQL when warm; MySQL's answer while Redis is away. */
  async among(viewerId: number, ids: readonly number[]): Promise<number[]> {
    if (ids.length === 0) return [];
    try {
      const flags = await this.read(viewerId, ids);
      if (flags) return ids.filter((_, at) => flags[at] === 1);
    } catch (error) {
      log.warn({ err: error }, 'follows are read from MySQL while Redis is away');
      return this.follows.among(viewerId, ids);
    }
    const all = await this.load(viewerId);
    return ids.filter((id) => all.has(id));
  }

  /** Puts a committed change into the set, when it is loaded. `version` is the one that the change made. */
  async apply(viewerId: number, id: number, follow: boolean, version: number): Promise<void> {
    await this.applyScript.run(keysOf(viewerId), [version, TTL_SECONDS, follow ? 'SADD' : 'SREM', id]);
  }

  /** Membership flags, or undefined when the set is not loaded or not certainly up to date. */
  private async read(viewerId: number, ids: readonly number[]): Promise<number[] | undefined> {
    const [setKey, versionKey] = keysOf(viewerId);
    // In this order: the set that is read is never older than the version that is read, nor that than the needed one.
    const pipeline = this.redis.client
      .pipeline()
      .get(followCountersKey({ id: viewerId }))
      .get(versionKey)
      .smismember(setKey, 0, ...ids);
    const [counters, version, flags] = (await this.redis.exec(pipeline)) as [string | null, string | null, number[]];
    const [loaded, ...rest] = flags;
    if (version === null || loaded !== 1) return undefined;
    const copy = this.counters.copy.parse(viewerId, counters) ?? (await this.counters.getRows([viewerId])).get(viewerId);
    return copy && Number(version) >= copy.values.follow_version ? rest : undefined;
  }

  /** Reads the set from MySQL, once for all who ask at the same time, and keeps it. */
  private load(viewerId: number): Promise<Set<number>> {
    const running = this.loading.get(viewerId);
    if (running) return running;
    const load = this.loadNow(viewerId).finally(() => this.loading.delete(viewerId));
    this.loading.set(viewerId, load);
    return load;
  }

  private async loadNow(viewerId: number): Promise<Set<number>> {
    // The version first: the set may then be newer than its label, never older.
    const version = (await this.counters.refresh([viewerId])).get(viewerId)?.values.follow_version ?? 0;
    const ids = await this.follows.allFollowees(viewerId);
    await this.install
      .run(keysOf(viewerId), [version, TTL_SECONDS, ...ids])
      .catch((error: unknown) => log.warn({ err: error }, 'could not keep a following set'));
    return new Set(ids);
  }
}

const keysOf = (id: number): [string, string] => [followingKey({ id }), followingVersionKey({ id })];
