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

export interface LikeRow {
  viewerId: number;
  videoId: number;
  /** Unix ms. */
  likedAt: number;
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

  /** The offset under a lock that serialises everything done to the shard until the transaction ends. */
  async lockOffset(tx: Tx, shard: number): Promise<Offset> {
    const row = await tx.one<OffsetRow>(`${OFFSET} WHERE shard = ? FOR UPDATE`, [shard]);
    if (!row) throw new Error(`like shard ${shard} has no offset row; was the number of shards changed?`);
    return offsetOf(row);
  }

  async storeOffset(tx: Tx, shard: number, { generation, position }: Offset): Promise<void> {
    const sql = 'UPDATE like_offsets SET generation = ?, last_ms = ?, last_seq = ? WHERE shard = ?';
    await tx.execute(sql, [generation, position.ms, position.seq, shard]);
  }

  /** Creates a generation of the store in Redis while nobody can move MySQL's offset; `create` answers the one that is there then. */
  async newGeneration(shard: number, create: (next: Offset) => Promise<number>): Promise<void> {
    await this.database.transaction(async (tx) => {
      const { generation, position } = await this.lockOffset(tx, shard);
      const present = await create({ generation: generation + 1, position });
      await this.storeOffset(tx, shard, { generation: present, position });
    });
  }

  likesOf(viewerIds: readonly number[]): Promise<LikeRow[]> {
    const sql = 'SELECT viewer_id AS viewerId, video_id AS videoId, liked_at AS likedAt FROM likes WHERE viewer_id IN (?)';
    return this.database.byIds<LikeRow>(sql, viewerIds);
  }

  /** Viewers who like a video, by ascending id from after `afterId`: for taking the likes of a removed one back. */
  async likersOf(videoId: number, afterId: number, limit: number): Promise<number[]> {
    const sql = 'SELECT viewer_id AS viewerId FROM likes WHERE video_id = ? AND viewer_id > ? ORDER BY viewer_id LIMIT ?';
    return (await this.database.query<{ viewerId: number }>(sql, [videoId, afterId, limit])).map((row) => row.viewerId);
  }
}
