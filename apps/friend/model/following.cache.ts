import { CommonErrors, DoulError, bitsWhere, unpackIds } from '@doul/contracts';
import { CommandBatch, MemberFlags, RedisStore, type RedisScript } from '@doul/data';
import { childLog } from '@doul/runtime';
import { Injectable } from '@nestjs/common';
import { followCountersKey, followingKey, followingVersionKey } from '../friend.keys.js';
import { FollowCounterTable } from './follow-counters.js';
import { FollowRepository } from './follow.repository.js';
import { APPLY, INSTALL } from './following.scripts.js';
import type { FollowQuestion } from './relation.js';

const log = childLog('friend');
const TTL_SECONDS = followingKey.ttlSeconds ?? 0;

/** Says in a set that it is loaded; no user has this id. */
export const LOADED = 0;

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
  private readonly members = new MemberFlags('set', LOADED);

  constructor(
    private readonly redis: RedisStore,
    private readonly counters: FollowCounterTable,
    private readonly follows: FollowRepository,
  ) {
    this.install = redis.script<number>('following-install', INSTALL);
    this.applyScript = redis.script<number>('following-apply', APPLY);
  }

  /**
   * Bit sets in the order of the questions, an error in the place of one that failed. One round trip for all and no SQL when warm;
   * MySQL's answer while Redis is away.
   */
  async flags(questions: readonly FollowQuestion[]): Promise<(Uint8Array | DoulError)[]> {
    const read: readonly (Uint8Array | undefined)[] = await this.read(questions).catch((error: unknown) => {
      log.warn({ err: error }, 'follows are read from MySQL while Redis is away');
      return this.follows.flags(questions);
    });
    if (!read.includes(undefined)) return read as Uint8Array[];
    return Promise.all(questions.map(async (question, at) => read[at] ?? this.loadFlags(question)));
  }

  /** Puts a committed change into the set, when it is loaded. `version` is the one that the change made. */
  async apply(viewerId: number, id: number, follow: boolean, version: number): Promise<void> {
    await this.applyScript.run(keysOf(viewerId), [version, TTL_SECONDS, follow ? 'SADD' : 'SREM', id, viewerId]);
    // Whoever keeps the viewer's follows has been told when the viewer has an answer.
    await this.redis.published(keysOf(viewerId));
  }

  /**
   * All whom each viewer follows, or 'too many'; a viewer whose set could not be read is absent. Two round trips and no SQL when warm.
   *
   * @throws DoulError UNAVAILABLE when Redis is away
   */
  async sets(viewerIds: readonly number[], limit: number): Promise<Map<number, readonly number[] | 'too many'>> {
    const found = new Map<number, readonly number[] | 'too many'>();
    const counted = await this.certain<number>(viewerIds, (batch, key, take) => batch.add('SCARD', key, '', 0, (n) => take(Number(n) - 1)));
    const few = viewerIds.filter((id, at) => {
      const isLarge = (counted[at] ?? 0) > limit;
      if (isLarge) found.set(id, 'too many');
      return !isLarge;
    });
    const listed = await this.certain<number[]>(few, (batch, key, take) =>
      batch.add('SMEMBERS', key, '', 0, (members) => take((members as readonly Buffer[]).map(Number))),
    );
    // Not one that others began to load before: who asks may just have been told of a change.
    const load = async (id: number, at: number): Promise<void> => {
      const members = listed[at];
      const ids = members?.includes(LOADED) ? members.filter((member) => member !== LOADED) : [...(await this.loadNow(id))];
      found.set(id, ids.length > limit ? 'too many' : ids);
    };
    await Promise.all(
      few.map((id, at) => load(id, at).catch((error: unknown) => log.warn({ err: error }, 'could not read a following set'))),
    );
    return found;
  }

  /** Bit sets; undefined for a viewer whose set is not loaded or not certainly up to date. */
  private read(questions: readonly FollowQuestion[]): Promise<(Uint8Array | undefined)[]> {
    const ask = (batch: CommandBatch, key: string, take: (bits: Uint8Array | undefined) => void, at: number): void =>
      this.members.ask(batch, key, (questions[at] as FollowQuestion).ids, take);
    return this.certain<Uint8Array>(
      questions.map(({ viewerId }) => viewerId),
      ask,
    );
  }

  /** What is asked of each viewer's set, in one round trip; undefined where it is not certainly up to date. */
  private async certain<T>(
    viewerIds: readonly number[],
    ask: (batch: CommandBatch, key: string, take: (answer: T | undefined) => void, at: number) => void,
  ): Promise<(T | undefined)[]> {
    const answers: (T | undefined)[] = viewerIds.map(() => undefined);
    // In this order: a set that is read is never older than the version that is read, nor that than the needed one.
    const counters = viewerIds.map((id) => followCountersKey({ id }));
    const versions = viewerIds.map((id) => followingVersionKey({ id }));
    const batch = new CommandBatch(this.redis.client);
    const texts = batch.getMany([...counters, ...versions]);
    viewerIds.forEach((id, at) => ask(batch, followingKey({ id }), (answer) => (answers[at] = answer), at));
    await batch.send();
    const needed = await this.neededVersions(viewerIds, texts);
    return answers.map((answer, at) => {
      const version = texts[viewerIds.length + at];
      return version && Number(version) >= (needed[at] ?? Infinity) ? answer : undefined;
    });
  }

  /** The version that each viewer's set must have; those whose copy is gone are read anew. */
  private async neededVersions(viewerIds: readonly number[], texts: readonly (Buffer | null)[]): Promise<(number | undefined)[]> {
    const needed = viewerIds.map((id, at) => this.counters.copy.parse(id, texts[at]?.toString('latin1'))?.values.follow_version);
    if (!needed.includes(undefined)) return needed;
    const rows = await this.counters.getRows(viewerIds.filter((_, at) => needed[at] === undefined));
    return needed.map((version, at) => version ?? rows.get(viewerIds[at] ?? 0)?.values.follow_version);
  }

  private async loadFlags({ viewerId, ids }: FollowQuestion): Promise<Uint8Array | DoulError> {
    try {
      const [all, asked] = [await this.load(viewerId), unpackIds(ids)];
      return bitsWhere(asked.length, (at) => all.has(asked[at] as number));
    } catch (error) {
      return error instanceof DoulError ? error : CommonErrors.INTERNAL({}, error);
    }
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
