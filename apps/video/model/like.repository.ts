import { Database, type Tx } from '@doul/data';
import { Injectable } from '@nestjs/common';
import { LOG_START, type LogPosition } from './like-log.js';

interface OffsetRow {
  shard: number;
  generation: number;
  ms: number;
  seq: number;
}

/** How far MySQL has taken in a shard's log, and of which generation of the store. */
export interface Offset {
  generation: number;
  position: LogPosition;
}

export interface LikedVideo {
  videoId: number;
  /** Unix ms. */
  likedAt: number;
}

export interface LikeRow extends LikedVideo {
  viewerId: number;
}

export interface Snapshot {
  /** By shard. */
  positions: Map<number, LogPosition>;
  /** Likes by viewer; absent = none. */
  totals: Map<number, number>;
}

const OFFSET = 'SELECT shard, generation, last_ms AS ms, last_seq AS seq FROM like_offsets';
const offsetOf = (row: OffsetRow): Offset => ({ generation: row.generation, position: { ms: row.ms, seq: row.seq } });

/** Likes as MySQL has them: always a prefix of the log, up to the offset of each shard. */
@Injectable()
export class LikeRepository {
  constructor(private readonly database: Database) {}

  /**
   * Creates the offsets on the very first boot and answers how many shards the store was created with.
   */
  async ensureShards(count: number): Promise<number> {
    return this.database.transaction(async (tx) => {
      await tx.insertIgnore('like_store', [{ id: 1, shards: count }]);
      const store = await tx.one<{ shards: number }>('SELECT shards FROM like_store WHERE id = 1 FOR UPDATE');
      const shards = store?.shards ?? count;
      const rows = Array.from({ length: shards }, (_, shard) => ({ shard, generation: 0, last_ms: LOG_START.ms, last_seq: LOG_START.seq }));
      await tx.insertIgnore('like_offsets', rows);
      return shards;
    });
  }

  async offsets(shards: readonly number[]): Promise<Map<number, Offset>> {
    const rows = await this.database.byIds<OffsetRow>(`${OFFSET} WHERE shard IN (?)`, shards);
    return new Map(rows.map((row) => [row.shard, offsetOf(row)]));
  }

  /** Positions of shards, and how many likes viewers have exactly there: one statement, so one state of the database. */
  async snapshot(shards: readonly number[], viewerIds: readonly number[]): Promise<Snapshot> {
    const sql = `SELECT 0 AS viewer, shard AS id, last_ms AS a, last_seq AS b FROM like_offsets WHERE shard IN (?)
      UNION ALL SELECT 1, id, favorite_count, 0 FROM user_counters WHERE id IN (?)`;
    const rows = await this.database.query<{ viewer: number; id: number; a: number; b: number }>(sql, [shards, viewerIds]);
    return {
      positions: new Map(rows.filter((row) => row.viewer === 0).map(({ id, a, b }) => [id, { ms: a, seq: b }])),
      totals: new Map(rows.filter((row) => row.viewer === 1).map(({ id, a }) => [id, a])),
    };
  }

  /** Offsets under locks that serialise everything done to the shards until the transaction ends; taken in one order by all. */
  async lockOffsets(tx: Tx, shards: readonly number[]): Promise<Map<number, Offset>> {
    const rows = await tx.byIds<OffsetRow>(`${OFFSET} WHERE shard IN (?) ORDER BY shard FOR UPDATE`, shards);
    const offsets = new Map(rows.map((row) => [row.shard, offsetOf(row)]));
    const missing = shards.find((shard) => !offsets.has(shard));
    if (missing !== undefined) throw new Error(`like shard ${missing} has no offset row; was the number of shards changed?`);
    return offsets;
  }

  storeOffsets(tx: Tx, offsets: ReadonlyMap<number, Offset>): void {
    if (offsets.size === 0) return;
    const rows = [...offsets].map(([shard, { generation, position }]) => [shard, generation, position.ms, position.seq]);
    const sql = `INSERT INTO like_offsets (shard, generation, last_ms, last_seq) VALUES ?
      ON DUPLICATE KEY UPDATE generation = VALUES(generation), last_ms = VALUES(last_ms), last_seq = VALUES(last_seq)`;
    tx.defer(sql, [rows]);
  }

  /** Creates a generation of the store in Redis while nobody can move MySQL's offset; `create` answers the one that is there then. */
  async newGeneration(shard: number, create: (next: Offset) => Promise<number>): Promise<void> {
    await this.database.transaction(async (tx) => {
      const { generation, position } = await this.lockOffset(tx, shard);
      const present = await create({ generation: generation + 1, position });
      this.storeOffsets(tx, new Map([[shard, { generation: present, position }]]));
    });
  }

  /** Makes MySQL follow the generation that Redis has; only needed after a crash between the two. */
  async adoptGeneration(shard: number, generation: number): Promise<void> {
    await this.database.transaction(async (tx) => {
      const { position } = await this.lockOffset(tx, shard);
      this.storeOffsets(tx, new Map([[shard, { generation, position }]]));
    });
  }

  private async lockOffset(tx: Tx, shard: number): Promise<Offset> {
    return (await this.lockOffsets(tx, [shard])).get(shard) as Offset;
  }

  likesOf(viewerIds: readonly number[]): Promise<LikeRow[]> {
    const sql = 'SELECT viewer_id AS viewerId, video_id AS videoId, liked_at AS likedAt FROM likes WHERE viewer_id IN (?)';
    return this.database.byIds<LikeRow>(sql, viewerIds);
  }

  /** A viewer's likes before a time (Unix ms, exclusive), latest first. */
  likesBefore(viewerId: number, before: number, limit: number): Promise<LikedVideo[]> {
    const sql = `SELECT video_id AS videoId, liked_at AS likedAt FROM likes WHERE viewer_id = ? AND liked_at < ?
      ORDER BY liked_at DESC LIMIT ?`;
    return this.database.query<LikedVideo>(sql, [viewerId, before, limit]);
  }

  /** A viewer's likes after a time (Unix ms, exclusive). */
  likesAfter(viewerId: number, time: number): Promise<LikedVideo[]> {
    const sql = 'SELECT video_id AS videoId, liked_at AS likedAt FROM likes WHERE viewer_id = ? AND liked_at > ?';
    return this.database.query<LikedVideo>(sql, [viewerId, time]);
  }

  /** Which of the videos have a like of the viewer from up to a time (Unix ms, inclusive). */
  async likedUpTo(viewerId: number, videoIds: readonly number[], time: number): Promise<Set<number>> {
    const sql = 'SELECT video_id AS videoId FROM likes WHERE viewer_id = ? AND liked_at <= ? AND video_id IN (?)';
    return new Set((await this.database.byIds<{ videoId: number }>(sql, videoIds, [viewerId, time])).map((row) => row.videoId));
  }

  /** Viewers who like a video, by ascending id from after `afterId`: for taking the likes of a removed one back. */
  async likersOf(videoId: number, afterId: number, limit: number): Promise<number[]> {
    const sql = 'SELECT viewer_id AS viewerId FROM likes WHERE video_id = ? AND viewer_id > ? ORDER BY viewer_id LIMIT ?';
    return (await this.database.query<{ viewerId: number }>(sql, [videoId, afterId, limit])).map((row) => row.viewerId);
  }
}
