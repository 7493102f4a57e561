import { RedisStore, type RedisScript, type ScriptCall } from '@doul/data';
import { Injectable } from '@nestjs/common';
import { videoConfig } from '../video.config.js';
import { likedVideosKey, likeLogKey, likeMetaKey } from '../video.keys.js';
import { parseChanges, parsePosition, positionText, type LogEntry, type LogPosition } from './like-log.js';
import { LikeRepository, type Offset } from './like.repository.js';
import { CREATE, READ, RECORD, TRIM } from './like.scripts.js';

export interface Like {
  viewerId: number;
  videoId: number;
  liked: boolean;
}

/** A like with what MySQL said about an earlier one, for a viewer with more likes than Redis holds; see like.scripts.ts. */
export interface AskedLike extends Like {
  said?: string;
}

export interface LogRead {
  generation: number;
  entries: LogEntry[];
}

export interface MembershipLimits {
  /** Likes that are loaded of a viewer who has more. */
  keep: number;
  /** Members of one set; a larger one is loaded anew. */
  most: number;
}

/** Far apart, so that loading is rare: a viewer with more likes than this causes one for every 2,000 of them. */
export const MEMBERSHIP_LIMITS: MembershipLimits = { keep: 8_000, most: 10_000 };

export const MEMBERSHIP_SECONDS = likedVideosKey.ttlSeconds ?? 0;
/** A membership's time to live starts anew when a tenth of it has passed: a write now and then instead of one for each like. */
const RENEW_SECONDS = Math.floor(MEMBERSHIP_SECONDS * 0.9);

/** Entries as the read script answers them: position and text of each. */
const entriesOf = (flat: readonly string[]): LogEntry[] =>
  Array.from({ length: flat.length / 2 }, (_, at) => ({
    position: parsePosition(flat[2 * at] ?? ''),
    changes: parseChanges(flat[2 * at + 1] ?? ''),
  }));

/** Redis's half of the like store: one script a shard, and all shards in one round trip. */
@Injectable()
export class LikeStore {
  /** Fixed when the store is created. */
  readonly shards = videoConfig().LIKE_SHARDS;
  /** Specs choose small ones. */
  limits = MEMBERSHIP_LIMITS;
  private readonly recordScript: RedisScript<number[]>;
  private readonly createScript: RedisScript<number>;
  private readonly readScript: RedisScript<string[]>;
  private readonly trimScript: RedisScript<number>;

  constructor(
    private readonly redis: RedisStore,
    private readonly repository: LikeRepository,
  ) {
    this.recordScript = redis.script('like-record', RECORD);
    this.createScript = redis.script('like-create', CREATE);
    this.readScript = redis.script('like-read', READ);
    this.trimScript = redis.script('like-trim', TRIM);
  }

  shardOf(viewerId: number): number {
    return viewerId % this.shards;
  }

  /** Two digits at least, so that keys of the usual sixteen shards sort. */
  private tag(shard: number): string {
    return String(shard).padStart(2, '0');
  }

  /** The keys that every script of a shard starts with. */
  baseKeys(shard: number): string[] {
    const tag = { shard: this.tag(shard) };
    return [likeMetaKey(tag), likeLogKey(tag)];
  }

  membershipKey(viewerId: number): string {
    return likedVideosKey({ shard: this.tag(this.shardOf(viewerId)), viewer: viewerId });
  }

  /**
   * Applies likes and unlikes, in order and as one log entry a shard. A shard that fails does not touch its neighbours.
   *
   * @returns by shard, RECORDED numbers in order, or undefined when the shard's store does not exist (a new or emptied Redis)
   */
  async record(groups: ReadonlyMap<number, readonly AskedLike[]>): Promise<Map<number, number[] | undefined | Error>> {
    const answers = await this.recordScript.runEach([...groups].map(([shard, likes]) => this.recordCall(shard, likes)));
    return new Map(
      [...groups.keys()].map((shard, at) => {
        const answer = answers[at];
        return [shard, Array.isArray(answer) && answer.length === 0 ? undefined : answer];
      }),
    );
  }

  private recordCall(shard: number, likes: readonly AskedLike[]): ScriptCall {
    const slots = new Map<number, number>();
    const keys = this.baseKeys(shard);
    const args: (string | number)[] = [MEMBERSHIP_SECONDS, RENEW_SECONDS, this.limits.most];
    for (const { viewerId, videoId, liked, said = '' } of likes) {
      let slot = slots.get(viewerId);
      if (slot === undefined) {
        slot = slots.size + 1;
        slots.set(viewerId, slot);
        keys.push(this.membershipKey(viewerId));
      }
      args.push(slot, viewerId, videoId, (liked ? '1' : '0') + said);
    }
    return { keys, args };
  }

  /** Resolves when those who keep what viewers like have been told of all that was recorded in these shards. */
  async told(shards: Iterable<number>): Promise<void> {
    await this.redis.published([...shards].map((shard) => this.baseKeys(shard)[0] ?? ''));
  }

  /** Creates a shard's store past what MySQL has already taken in. Safe to be done by several at once. */
  async create(shard: number): Promise<void> {
    await this.repository.newGeneration(shard, ({ generation, position }: Offset) => {
      const next = { ms: position.ms, seq: position.seq + 1 };
      return this.createScript.run(this.baseKeys(shard), [generation, positionText(position), positionText(next)]);
    });
  }

  /** Entries of each shard's log after a position, in one round trip; shards whose store does not exist are absent. */
  async readAll(positions: ReadonlyMap<number, LogPosition>, limit: number): Promise<Map<number, LogRead>> {
    const calls = [...positions].map(([shard, after]) => ({ keys: this.baseKeys(shard), args: [positionText(after), limit] }));
    const replies = await this.readScript.runMany(calls);
    return new Map(
      [...positions.keys()].flatMap((shard, at) => {
        const [generation, ...flat] = replies[at] ?? [];
        return generation === undefined ? [] : [[shard, { generation: Number(generation), entries: entriesOf(flat) }] as const];
      }),
    );
  }

  /** Forgets what MySQL has stored. */
  async trim(offsets: ReadonlyMap<number, Offset>): Promise<void> {
    await this.trimScript.runMany(
      [...offsets].map(([shard, { generation, position }]) => ({ keys: this.baseKeys(shard), args: [generation, positionText(position)] })),
    );
  }
}
