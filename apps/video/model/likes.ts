import { CommonErrors, DoulError, packedCount } from '@doul/contracts';
import { childLog, newContext, runInContext } from '@doul/runtime';
import { Injectable } from '@nestjs/common';
import { nanoid } from 'nanoid';
import { LikeLoader } from './like-loader.js';
import { LikeMembers, type FlagQuestion, type LikedSet, type ListQuestion } from './like-members.js';
import type { LikedVideo } from './like.repository.js';
import { RECORDED } from './like.scripts.js';
import { LikeStore, type AskedLike, type Like } from './like.store.js';

const log = childLog('likes');

export type LikeOutcome = 'changed' | 'unchanged' | 'unavailable';

/** Rounds of a batch: one finds a new store, one memberships that are not loaded, one likes that MySQL has to be asked about; and again if they expire at once. */
const ROUNDS = 6;

const unheard = (error: unknown): void => log.warn({ err: error }, 'whether all have heard of likes is not known');

function groupBy<K, T>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** The like store as its users see it: memberships are there whenever they are asked for. */
@Injectable()
export class Likes {
  private readonly loading = new Map<number, Promise<void>>();

  constructor(
    private readonly store: LikeStore,
    private readonly members: LikeMembers,
    private readonly loader: LikeLoader,
  ) {}

  /**
   * Likes and unlikes, one script a shard. Repeating one changes nothing. What could not be stored says so; its
   * neighbours in other shards are not touched by that.
   *
   * @returns outcomes in the order of `likes`
   */
  async set(likes: readonly Like[]): Promise<LikeOutcome[]> {
    const outcomes: LikeOutcome[] = likes.map(() => 'unavailable');
    let left: Entry[] = likes.map(({ viewerId, videoId, liked }, at) => ({ viewerId, videoId, liked, at }));
    for (let round = 0; left.length > 0 && round < ROUNDS; round += 1) left = await this.round(left, outcomes);
    const changed = likes.filter((_, at) => outcomes[at] === 'changed');
    // The likes are stored: should Redis be lost just now, then so is what is kept elsewhere.
    if (changed.length > 0) await this.store.told(new Set(changed.map(({ viewerId }) => this.store.shardOf(viewerId)))).catch(unheard);
    return outcomes;
  }

  /** @returns the likes that something was missing for, which is there now */
  private async round(likes: readonly Entry[], outcomes: LikeOutcome[]): Promise<Entry[]> {
    const groups = groupBy(likes, ({ viewerId }) => this.store.shardOf(viewerId));
    const storeless: number[] = [];
    const cold: Entry[] = [];
    const unknown: Entry[] = [];
    const again: Entry[] = [];
    for (const [shard, recorded] of await this.store.record(groups)) {
      const group = groups.get(shard) ?? [];
      if (recorded instanceof Error) {
        log.warn({ err: recorded, shard }, 'likes could not be stored');
        continue;
      }
      if (!recorded) storeless.push(shard);
      group.forEach((like, index) => {
        const outcome = recorded?.[index];
        if (outcome === RECORDED.changed) outcomes[like.at] = 'changed';
        else if (outcome === RECORDED.unchanged) outcomes[like.at] = 'unchanged';
        else {
          again.push(like);
          if (outcome === RECORDED.notLoaded) cold.push(like);
          if (outcome === RECORDED.unknown) unknown.push(like);
        }
      });
    }
    if (again.length === 0) return again;
    try {
      await Promise.all([
        ...storeless.map((shard) => this.store.create(shard)),
        this.load(cold.map((like) => like.viewerId)),
        this.askMySql(unknown),
      ]);
      return again;
    } catch (error) {
      log.warn({ err: error }, 'likes could not be stored');
      return [];
    }
  }

  private async askMySql(likes: readonly Entry[]): Promise<void> {
    const ask = async ([viewerId, own]: [number, Entry[]]): Promise<void> => {
      const said = await this.members.said(viewerId, [...new Set(own.map((like) => like.videoId))]);
      for (const like of own) like.said = said?.get(like.videoId) ?? '';
    };
    await Promise.all([...groupBy(likes, (like) => like.viewerId)].map(ask));
  }

  /**
   * Which of the ids each viewer likes: bit sets in the order of the questions, an error in the place of one that failed.
   *
   * @throws DoulError UNAVAILABLE when Redis is away
   */
  async flags(questions: readonly FlagQuestion[]): Promise<(Uint8Array | DoulError)[]> {
    const first = await this.members.flags(questions);
    if (!first.includes(undefined)) return first as (Uint8Array | DoulError)[];
    const cold = questions.filter((_, at) => first[at] === undefined);
    const loaded = (await this.loadedFlags(cold))[Symbol.iterator]();
    return first.map((bits) => bits ?? (loaded.next().value as Uint8Array | DoulError));
  }

  private async loadedFlags(cold: readonly FlagQuestion[]): Promise<(Uint8Array | DoulError)[]> {
    try {
      await this.load(cold.map((question) => question.viewerId));
      const bits = await this.members.flags(cold);
      return cold.map(({ ids }, at) => bits[at] ?? new Uint8Array(((packedCount(ids) ?? 0) + 7) >> 3));
    } catch (error) {
      const failure = error instanceof DoulError ? error : CommonErrors.INTERNAL({}, error);
      return cold.map(() => failure);
    }
  }

  /**
   * All that each viewer likes, or 'too many' for those who have to be asked for one by one; a viewer whose likes could not be read is absent.
   *
   * @throws DoulError UNAVAILABLE when Redis is away
   */
  async sets(viewerIds: readonly number[], limit: number): Promise<Map<number, LikedSet>> {
    const found = new Map<number, LikedSet>();
    const read = async (ids: readonly number[]): Promise<void> => {
      const sets = await this.members.sets(ids, limit);
      ids.forEach((id, at) => sets[at] && found.set(id, sets[at]));
    };
    await read(viewerIds);
    const cold = viewerIds.filter((id) => !found.has(id));
    if (cold.length === 0) return found;
    await this.load(cold)
      .then(() => read(cold))
      .catch((error: unknown) => log.warn({ err: error }, 'likes could not be loaded'));
    return found;
  }

  /**
   * Lists of many viewers in one round trip; undefined for those that `latest` has to be asked for.
   *
   * @throws DoulError UNAVAILABLE when Redis is away
   */
  latestOfMany(questions: readonly ListQuestion[]): Promise<(LikedVideo[] | undefined)[]> {
    return this.members.latestOfMany(questions);
  }

  /** Liked videos before a time (Unix ms, exclusive), latest first; fewer than `limit` only at the end. */
  async latest(viewerId: number, before: number, limit: number): Promise<LikedVideo[]> {
    const found = await this.members.latest(viewerId, before, limit);
    if (found) return found;
    await this.load([viewerId]);
    return (await this.members.latest(viewerId, before, limit)) ?? [];
  }

  /** Loads memberships; those that are being loaded are waited for. */
  private async load(viewerIds: readonly number[]): Promise<void> {
    const fresh = [...new Set(viewerIds)].filter((viewerId) => !this.loading.has(viewerId));
    if (fresh.length > 0) {
      // Several requests share it, so it must not end with the deadline of the one that came first.
      const work = runInContext(newContext(nanoid()), () => this.loader.load(fresh)).finally(() => {
        for (const viewerId of fresh) this.loading.delete(viewerId);
      });
      for (const viewerId of fresh) this.loading.set(viewerId, work);
    }
    await Promise.all([...new Set(viewerIds.map((viewerId) => this.loading.get(viewerId)))]);
  }
}

/** A like and its place in the batch. */
interface Entry extends AskedLike {
  at: number;
}
