import { CommonErrors, DoulError, packedCount } from '@doul/contracts';
import { childLog, newContext, runInContext } from '@doul/runtime';
import { Injectable } from '@nestjs/common';
import { nanoid } from 'nanoid';
import { RECORDED } from './like.scripts.js';
import { LikeStore, type Like } from './like.store.js';

const log = childLog('likes');

export type LikeOutcome = 'changed' | 'unchanged' | 'unavailable';

export interface FlagQuestion {
  viewerId: number;
  /** Packed. */
  ids: Uint8Array;
}

/** Tries of a batch: one finds a new store, one finds memberships that are not loaded, and again if they expire at once. */
const TRIES = 4;

function groupByShard<T extends { viewerId: number }>(store: LikeStore, items: readonly T[]): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const shard = store.shardOf(item.viewerId);
    const group = groups.get(shard);
    if (group) group.push(item);
    else groups.set(shard, [item]);
  }
  return groups;
}

/** The like store as its users see it: memberships are there whenever they are asked for. */
@Injectable()
export class Likes {
  private readonly loading = new Map<number, Promise<void>>();

  constructor(private readonly store: LikeStore) {}

  /**
   * Likes and unlikes, one script a shard. Repeating one changes nothing. What could not be stored says so; its
   * neighbours in other shards are not touched by that.
   *
   * @returns outcomes in the order of `likes`
   */
  async set(likes: readonly Like[]): Promise<LikeOutcome[]> {
    const outcomes = new Map<Like, LikeOutcome>();
    const groups = [...groupByShard(this.store, likes)];
    await Promise.all(groups.map(([shard, group]) => this.setInShard(shard, group, outcomes)));
    return likes.map((like) => outcomes.get(like) ?? 'unavailable');
  }

  private async setInShard(shard: number, likes: readonly Like[], outcomes: Map<Like, LikeOutcome>): Promise<void> {
    let left = likes;
    try {
      for (let tries = 0; left.length > 0 && tries < TRIES; tries += 1) {
        const recorded = await this.store.record(shard, left);
        if (!recorded) {
          await this.store.create(shard);
          continue;
        }
        left.forEach((like, at) => {
          if (recorded[at] !== RECORDED.notLoaded) outcomes.set(like, recorded[at] === RECORDED.changed ? 'changed' : 'unchanged');
        });
        left = left.filter((_, at) => recorded[at] === RECORDED.notLoaded);
        if (left.length > 0) await this.load(left.map((like) => like.viewerId));
      }
    } catch (error) {
      log.warn({ err: error, shard }, 'likes could not be stored');
    }
  }

  /**
   * Which of the ids each viewer likes: bit sets in the order of the questions, an error in the place of one that failed.
   *
   * @throws DoulError UNAVAILABLE when Redis is away
   */
  async flags(questions: readonly FlagQuestion[]): Promise<(Uint8Array | DoulError)[]> {
    const first = await this.store.flags(questions);
    if (!first.includes(undefined)) return first as Uint8Array[];
    const cold = questions.filter((_, at) => first[at] === undefined);
    const loaded = (await this.loadedFlags(cold))[Symbol.iterator]();
    return first.map((bits) => bits ?? (loaded.next().value as Uint8Array | DoulError));
  }

  private async loadedFlags(cold: readonly FlagQuestion[]): Promise<(Uint8Array | DoulError)[]> {
    try {
      await this.load(cold.map((question) => question.viewerId));
      const bits = await this.store.flags(cold);
      return cold.map(({ ids }, at) => bits[at] ?? new Uint8Array(((packedCount(ids) ?? 0) + 7) >> 3));
    } catch (error) {
      const failure = error instanceof DoulError ? error : CommonErrors.INTERNAL({}, error);
      return cold.map(() => failure);
    }
  }

  /** Liked videos before a time (Unix ms, exclusive), latest first. */
  async latest(viewerId: number, before: number, limit: number): Promise<{ videoId: number; likedAt: number }[]> {
    const found = await this.store.latest(viewerId, before, limit);
    if (found) return found;
    await this.load([viewerId]);
    return (await this.store.latest(viewerId, before, limit)) ?? [];
  }

  /** Loads memberships; those that are being loaded are waited for. */
  private async load(viewerIds: readonly number[]): Promise<void> {
    const fresh = [...new Set(viewerIds)].filter((viewerId) => !this.loading.has(viewerId));
    if (fresh.length > 0) {
      // Several requests share it, so it must not end with the deadline of the one that came first.
      const work = runInContext(newContext(nanoid()), () => this.store.load(fresh)).finally(() => {
        for (const viewerId of fresh) this.loading.delete(viewerId);
      });
      for (const viewerId of fresh) this.loading.set(viewerId, work);
    }
    await Promise.all([...new Set(viewerIds.map((viewerId) => this.loading.get(viewerId)))]);
  }
}
