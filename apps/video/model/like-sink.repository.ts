import { VideoUpdatedEvent } from '@doul/contracts';
import { Database, type Tx } from '@doul/data';
import { Outbox } from '@doul/events';
import { Injectable } from '@nestjs/common';
import { VideoCounters, UserCounters } from './counters.js';
import { comparePositions, lastChanges, likeDelta, pairKey, type LikeChange, type LikeDelta, type LogEntry } from './like-log.js';
import { LikeRepository, type LikeRow, type Offset } from './like.repository.js';
import type { LogRead } from './like.store.js';
import { popularityClass } from './popularity.js';

/** Pairs of one statement; the range optimiser handles some hundreds well. */
const PAIRS_PER_STATEMENT = 500;

const chunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
const pairs = (changes: readonly LikeChange[]): number[][] => changes.map((change) => [change.viewerId, change.videoId]);

/** MySQL's half of the like store: a batch of the log becomes rows, counts and the offset in one transaction. */
@Injectable()
export class LikeSinkRepository {
  constructor(
    private readonly database: Database,
    private readonly likes: LikeRepository,
    private readonly videoCounters: VideoCounters,
    private readonly userCounters: UserCounters,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Applies the entries past the stored offset. Whoever applies the same entries at the same time, or again, changes nothing.
   *
   * @returns the offset that is stored now, or undefined when the entries were read from another generation of the store
   */
  apply(shard: number, read: LogRead): Promise<Offset | undefined> {
    return this.database.transaction(async (tx) => {
      const stored = await this.likes.lockOffset(tx, shard);
      if (stored.generation !== read.generation) return undefined;
      const entries = read.entries.filter((entry) => comparePositions(entry.position, stored.position) > 0);
      const last = entries.at(-1);
      if (!last) return stored;
      await this.applyChanges(tx, entries);
      const offset = { generation: read.generation, position: last.position };
      await this.likes.storeOffset(tx, shard, offset);
      return offset;
    });
  }

  /** Makes MySQL follow the generation that Redis has; only needed after a crash between the two. */
  adoptGeneration(shard: number, generation: number): Promise<void> {
    return this.database.transaction(async (tx) => {
      const { position } = await this.likes.lockOffset(tx, shard);
      await this.likes.storeOffset(tx, shard, { generation, position });
    });
  }

  private async applyChanges(tx: Tx, entries: readonly LogEntry[]): Promise<void> {
    const changes = lastChanges(entries);
    const delta = likeDelta(changes, await this.existing(tx, changes));
    for (const part of chunks(delta.upserts, PAIRS_PER_STATEMENT)) {
      const values = part.map(({ viewerId, videoId, likedAt }) => [viewerId, videoId, likedAt]);
      const sql = 'INSERT INTO likes (viewer_id, video_id, liked_at) VALUES ? ON DUPLICATE KEY UPDATE liked_at = VALUES(liked_at)';
      await tx.execute(sql, [values]);
    }
    for (const part of chunks(delta.deletes, PAIRS_PER_STATEMENT)) {
      await tx.execute('DELETE FROM likes WHERE (viewer_id, video_id) IN (?)', [pairs(part)]);
    }
    await this.count(tx, delta);
  }

  private async existing(tx: Tx, changes: readonly LikeChange[]): Promise<Set<string>> {
    const found = new Set<string>();
    for (const part of chunks(changes, PAIRS_PER_STATEMENT)) {
      const sql = 'SELECT viewer_id AS viewerId, video_id AS videoId FROM likes WHERE (viewer_id, video_id) IN (?)';
      for (const row of await tx.query<LikeRow>(sql, [pairs(part)])) found.add(pairKey(row.viewerId, row.videoId));
    }
    return found;
  }

  private async count(tx: Tx, { byVideo, byViewer }: LikeDelta): Promise<void> {
    const authors = await tx.byIds<{ id: number; authorId: number }>('SELECT id, author_id AS authorId FROM videos WHERE id IN (?)', [
      ...byVideo.keys(),
    ]);
    const received = new Map<number, number>();
    for (const { id, authorId } of authors) received.set(authorId, (received.get(authorId) ?? 0) + (byVideo.get(id) ?? 0));
    await this.videoCounters.add(
      tx,
      [...byVideo].map(([id, delta]) => ({ id, field: 'favorite_count' as const, delta })),
    );
    await this.userCounters.add(tx, [
      ...[...received].map(([id, delta]) => ({ id, field: 'total_favorited' as const, delta })),
      ...[...byViewer].map(([id, delta]) => ({ id, field: 'favorite_count' as const, delta })),
    ]);
    await this.announcePopularity(tx, byVideo);
  }

  /** Videos that entered another class of popularity get a new version and an event, for the search index. */
  private async announcePopularity(tx: Tx, byVideo: ReadonlyMap<number, number>): Promise<void> {
    const stored = [...(await this.videoCounters.stored(tx, [...byVideo.keys()])).values()];
    const moved = stored.filter(({ id, values: { favorite_count: count } }) => {
      return popularityClass(count) !== popularityClass(count - (byVideo.get(id) ?? 0));
    });
    if (moved.length === 0) return;
    const ids = moved.map((row) => row.id).sort((a, b) => a - b);
    await tx.execute("UPDATE videos SET version = version + 1 WHERE id IN (?) AND state = 'published'", [ids]);
    const sql = "SELECT id AS videoId, author_id AS authorId, version FROM videos WHERE id IN (?) AND state = 'published'";
    await this.outbox.appendAll(tx, VideoUpdatedEvent, await tx.byIds<{ videoId: number; authorId: number; version: number }>(sql, ids));
  }
}
