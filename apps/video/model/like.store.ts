import { CommonErrors } from '@doul/contracts';
import { CommandBatch, MemberFlags, RedisStore, type RedisScript } from '@doul/data';
import { Injectable } from '@nestjs/common';
import { videoConfig } from '../video.config.js';
import { likedVideosKey, likeLogKey, likeMetaKey } from '../video.keys.js';
import { parseChanges, parsePosition, positionText, type LogEntry, type LogPosition } from './like-log.js';
import { LikeRepository, type LikeRow, type Offset } from './like.repository.js';
import { CREATE, LOAD, LOADED, READ, RECORD, TRIM } from './like.scripts.js';

export interface Like {
  viewerId: number;
  videoId: number;
  liked: boolean;
}

export interface LogRead {
  generation: number;
  entries: LogEntry[];
}

/** Each viewer's rows as the load script reads them. */
function rowsText(rows: readonly LikeRow[]): Map<number, string[]> {
  const texts = new Map<number, string[]>();
  for (const { viewerId, videoId, likedAt } of rows) {
    const own = texts.get(viewerId);
    if (own) own.push(`${videoId}:${likedAt}`);
    else texts.set(viewerId, [`${videoId}:${likedAt}`]);
  }
  return texts;
}

const MEMBERSHIP_SECONDS = likedVideosKey.ttlSeconds ?? 0;

/** Says in a membership that it is loaded; see like.scripts.ts. */
export const LOADED_MEMBER = '.';

/** Redis's half of the like store: one script a call, and each on one shard. */
@Injectable()
export class LikeStore {
  /** Fixed when the store is created. */
  readonly shards = videoConfig().LIKE_SHARDS;
  private readonly members = new MemberFlags('zset', LOADED_MEMBER);
  private readonly recordScript: RedisScript<number[]>;
  private readonly loadScript: RedisScript<number>;
  private readonly createScript: RedisScript<number>;
  private readonly readScript: RedisScript<string[]>;
  private readonly trimScript: RedisScript<number>;

  constructor(
    private readonly redis: RedisStore,
    private readonly repository: LikeRepository,
  ) {
    this.recordScript = redis.script('like-record', RECORD);
    this.loadScript = redis.script('like-load', LOAD);
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

  private base(shard: number): string[] {
    return [likeMetaKey({ shard: this.tag(shard) }), likeLogKey({ shard: this.tag(shard) })];
  }

  membershipKey(viewerId: number): string {
    return likedVideosKey({ shard: this.tag(this.shardOf(viewerId)), viewer: viewerId });
  }

  /**
   * Applies likes and unlikes of one shard's viewers, in order and as one log entry.
   *
   * @returns RECORDED numbers in order, or undefined when the shard's store does not exist (a new or emptied Redis)
   */
  async record(shard: number, likes: readonly Like[]): Promise<number[] | undefined> {
    const slots = new Map<number, number>();
    for (const { viewerId } of likes) if (!slots.has(viewerId)) slots.set(viewerId, slots.size + 1);
    const keys = [...this.base(shard), ...[...slots.keys()].map((viewerId) => this.membershipKey(viewerId))];
    const args = likes.flatMap(({ viewerId, videoId, liked }) => [slots.get(viewerId) ?? 0, viewerId, videoId, liked ? 1 : 0]);
    const outcomes = await this.recordScript.run(keys, [MEMBERSHIP_SECONDS, ...args]);
    return likes.length > 0 && outcomes.length === 0 ? undefined : outcomes;
  }

  /** Creates a shard's store past what MySQL has already taken in. Safe to be done by several at once. */
  async create(shard: number): Promise<void> {
    await this.repository.newGeneration(shard, ({ generation, position }: Offset) => {
      const next = { ms: position.ms, seq: position.seq + 1 };
      return this.createScript.run(this.base(shard), [generation, positionText(position), positionText(next)]);
    });
  }

  /** One try at loading memberships of viewers from MySQL's rows and the log past them; the viewers it did not succeed for. */
  private async tryLoad(viewerIds: readonly number[]): Promise<number[]> {
    const shards = [...new Set(viewerIds.map((viewerId) => this.shardOf(viewerId)))];
    // Offsets first: rows that are newer than the offset only make the log's replay repeat itself.
    const offsets = await this.repository.offsets(shards);
    const rows = rowsText(await this.repository.likesOf(viewerIds));
    const calls = viewerIds.map((viewerId) => {
      const shard = this.shardOf(viewerId);
      const position = offsets.get(shard)?.position;
      if (!position) throw new Error(`like shard ${shard} has no offset row; was the number of shards changed?`);
      const args = [MEMBERSHIP_SECONDS, viewerId, positionText(position), rows.get(viewerId)?.join(';') ?? ''];
      return { keys: [...this.base(shard), this.membershipKey(viewerId)], args };
    });
    const outcomes = await this.loadScript.runMany(calls);
    const storeless = new Set(viewerIds.filter((_, at) => outcomes[at] === LOADED.noStore).map((viewerId) => this.shardOf(viewerId)));
    await Promise.all([...storeless].map((shard) => this.create(shard)));
    return viewerIds.filter((_, at) => outcomes[at] === LOADED.noStore || outcomes[at] === LOADED.outdated);
  }

  /** @throws DoulError UNAVAILABLE when the log moves on faster than rows can be read, or a server is away */
  async load(viewerIds: readonly number[]): Promise<void> {
    let left: readonly number[] = [...new Set(viewerIds)];
    for (let tries = 0; left.length > 0; tries += 1) {
      if (tries === LOAD_TRIES) throw CommonErrors.UNAVAILABLE();
      left = await this.tryLoad(left);
    }
  }

  /** Entries of a shard's log after a position; undefined when the shard's store does not exist. */
  async read(shard: number, after: LogPosition, limit: number): Promise<LogRead | undefined> {
    const [generation, ...flat] = await this.readScript.run(this.base(shard), [positionText(after), limit]);
    if (generation === undefined) return undefined;
    const entries: LogEntry[] = [];
    for (let at = 0; at < flat.length; at += 2) {
      entries.push({ position: parsePosition(flat[at] ?? ''), changes: parseChanges(flat[at + 1] ?? '') });
    }
    return { generation: Number(generation), entries };
  }

  /** Which shards have entries after a position; one round trip for all. */
  async waiting(positions: ReadonlyMap<number, LogPosition>): Promise<number[]> {
    const calls = [...positions].map(([shard, after]) => ({ keys: this.base(shard), args: [positionText(after), 1] }));
    const reads = await this.readScript.runMany(calls);
    return [...positions.keys()].filter((_, at) => (reads[at]?.length ?? 0) > 1);
  }

  /** Forgets what MySQL has stored. */
  async trim(shard: number, { generation, position }: Offset): Promise<void> {
    await this.trimScript.run(this.base(shard), [generation, positionText(position)]);
  }

  /** Which of the ids each viewer likes, as bit sets; undefined for a viewer whose membership is not loaded. One round trip for all. */
  async flags(questions: readonly { viewerId: number; ids: Uint8Array }[]): Promise<(Uint8Array | undefined)[]> {
    const bits: (Uint8Array | undefined)[] = questions.map(() => undefined);
    const batch = new CommandBatch(this.redis.client);
    questions.forEach(({ viewerId, ids }, at) => this.members.ask(batch, this.membershipKey(viewerId), ids, (found) => (bits[at] = found)));
    await batch.send();
    return bits;
  }

  /** Liked videos before a time (Unix ms, exclusive), latest first; undefined when the membership is not loaded. */
  async latest(viewerId: number, before: number, limit: number): Promise<{ videoId: number; likedAt: number }[] | undefined> {
    const key = this.membershipKey(viewerId);
    const pipeline = this.redis.client
      .pipeline()
      .zscore(key, LOADED_MEMBER)
      .zrevrangebyscore(key, before === Infinity ? '+inf' : `(${before}`, 1, 'WITHSCORES', 'LIMIT', 0, limit);
    const [loaded, flat] = (await this.redis.exec(pipeline)) as [string | null, string[]];
    if (loaded === null) return undefined;
    return Array.from({ length: flat.length / 2 }, (_, at) => ({ videoId: Number(flat[2 * at]), likedAt: Number(flat[2 * at + 1]) }));
  }

  /** Number of likes of each viewer whose membership is loaded. */
  async counts(viewerIds: readonly number[]): Promise<Map<number, number>> {
    const pipeline = this.redis.client.pipeline();
    for (const viewerId of viewerIds) pipeline.zcard(this.membershipKey(viewerId));
    const cards = (await this.redis.exec(pipeline)) as number[];
    return new Map(viewerIds.flatMap((viewerId, at) => ((cards[at] ?? 0) > 0 ? [[viewerId, (cards[at] ?? 0) - 1] as const] : [])));
  }
}

/** One try finds a new store, one a log that was trimmed meanwhile, and again under a fast sink. */
const LOAD_TRIES = 5;
