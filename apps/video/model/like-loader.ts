import { CommonErrors } from '@doul/contracts';
import { RedisStore, type RedisScript, type ScriptCall } from '@doul/data';
import { Injectable } from '@nestjs/common';
import { positionText } from './like-log.js';
import { LikeRepository, type LikedVideo, type Snapshot } from './like.repository.js';
import { LOAD, LOADED } from './like.scripts.js';
import { LikeStore, MEMBERSHIP_SECONDS } from './like.store.js';

/** One try finds a new store, one a log that was trimmed meanwhile, and again under a fast sink. */
const LOAD_TRIES = 5;
/** Viewers of one statement: forty likes each, as most have, are 20,000 rows. */
const VIEWERS_AT_ONCE = 500;

/** What is loaded of a viewer: all likes after the floor (Unix ms). */
interface Part {
  floor: number;
  likes: LikedVideo[];
}

/** Brings memberships from MySQL to Redis. */
@Injectable()
export class LikeLoader {
  private readonly script: RedisScript<number>;

  constructor(
    redis: RedisStore,
    private readonly store: LikeStore,
    private readonly repository: LikeRepository,
  ) {
    this.script = redis.script('like-load', LOAD);
  }

  /** @throws DoulError UNAVAILABLE when the log moves on faster than rows can be read, or a server is away */
  async load(viewerIds: readonly number[]): Promise<void> {
    const all = [...new Set(viewerIds)];
    for (let start = 0; start < all.length; start += VIEWERS_AT_ONCE) {
      let left = all.slice(start, start + VIEWERS_AT_ONCE);
      for (let tries = 0; left.length > 0; tries += 1) {
        if (tries === LOAD_TRIES) throw CommonErrors.UNAVAILABLE();
        left = await this.tryLoad(left);
      }
    }
  }

  /** One try at loading memberships of viewers from MySQL's rows and the log past them; the viewers it did not succeed for. */
  private async tryLoad(viewerIds: readonly number[]): Promise<number[]> {
    const shards = [...new Set(viewerIds.map((viewerId) => this.store.shardOf(viewerId)))];
    // Positions first: rows that are newer only make the log's replay repeat itself.
    const snapshot = await this.repository.snapshot(shards, viewerIds);
    const parts = await this.read(viewerIds, snapshot);
    const outcomes = await this.script.runMany(viewerIds.map((viewerId) => this.call(viewerId, snapshot, parts.get(viewerId))));
    const storeless = new Set(viewerIds.filter((_, at) => outcomes[at] === LOADED.noStore).map((viewerId) => this.store.shardOf(viewerId)));
    await Promise.all([...storeless].map((shard) => this.store.create(shard)));
    return viewerIds.filter((_, at) => outcomes[at] === LOADED.noStore || outcomes[at] === LOADED.outdated);
  }

  private call(viewerId: number, { positions, totals }: Snapshot, { floor, likes }: Part = { floor: 0, likes: [] }): ScriptCall {
    const shard = this.store.shardOf(viewerId);
    const position = positions.get(shard);
    if (!position) throw new Error(`like shard ${shard} has no offset row; was the number of shards changed?`);
    const rows = likes.map(({ videoId, likedAt }) => `${videoId}:${likedAt}`).join(';');
    const args = [MEMBERSHIP_SECONDS, viewerId, positionText(position), rows, floor, totals.get(viewerId) ?? 0];
    return { keys: [...this.store.baseKeys(shard), this.store.membershipKey(viewerId)], args };
  }

  /** All likes of most viewers in one statement; of those with too many the latest, each in one of its own. */
  private async read(viewerIds: readonly number[], { totals }: Snapshot): Promise<Map<number, Part>> {
    const isLarge = (viewerId: number): boolean => (totals.get(viewerId) ?? 0) > this.store.limits.keep;
    const parts = new Map<number, Part>();
    for (const { viewerId, ...like } of await this.repository.likesOf(viewerIds.filter((viewerId) => !isLarge(viewerId)))) {
      const part = parts.get(viewerId);
      if (part) part.likes.push(like);
      else parts.set(viewerId, { floor: 0, likes: [like] });
    }
    for (const viewerId of viewerIds.filter(isLarge)) parts.set(viewerId, await this.latestOf(viewerId));
    return parts;
  }

  private async latestOf(viewerId: number): Promise<Part> {
    const { keep } = this.store.limits;
    const rows = await this.repository.likesBefore(viewerId, Number.MAX_SAFE_INTEGER, keep + 1);
    const floor = rows[keep]?.likedAt ?? 0;
    return { floor, likes: rows.filter((row) => row.likedAt > floor) };
  }
}
