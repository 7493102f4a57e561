import { VideoPopularityEvent } from '@doul/contracts';
import { Database, numberRows, type SqlText, type Tx } from '@doul/data';
import { Outbox } from '@doul/events';
import { childLog } from '@doul/runtime';
import { Injectable } from '@nestjs/common';
import { VideoCounters, UserCounters } from './counters.js';
import {
  comparePositions,
  likeDelta,
  netChanges,
  pairKey,
  type LikeChange,
  type LikeDelta,
  type LogEntry,
  type NetChange,
} from './like-log.js';
import { LikeRepository, type LikeRow, type Offset } from './like.repository.js';
import type { LogRead } from './like.store.js';
import { popularityClass } from './popularity.js';
import { VideoAuthors } from './video-authors.js';

const log = childLog('likes');

/** Rows of one INSERT: far below the largest packet. */
const ROWS_PER_STATEMENT = 2_000;
/** Pairs of one `IN`: the time that MySQL plans such a statement grows faster than the list. */
const PAIRS_PER_STATEMENT = 200;

const chunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
const pairsOf = (changes: readonly LikeChange[]): SqlText => numberRows(changes.map((change) => [change.viewerId, change.videoId]));
const rowsOf = (changes: readonly LikeChange[]): SqlText =>
  numberRows(changes.map((change) => [change.viewerId, change.videoId, change.likedAt]));

/** The rows are not what the log says they were: it was written by a Redis that had lost something. Then they are compared one by one. */
class UnlikeLog extends Error {
  constructor(what: string, expected: number, affected: number) {
    super(`rows differ from the like log (${what}: ${affected} instead of ${expected}); comparing them`);
  }
}

/** MySQL's half of the like store: a batch of the log becomes rows, counts and the offset in one transaction. */
@Injectable()
export class LikeSinkRepository {
  private readonly authors = new VideoAuthors();

  constructor(
    private readonly database: Database,
    private readonly likes: LikeRepository,
    private readonly videoCounters: VideoCounters,
    private readonly userCounters: UserCounters,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Applies what is past the stored offsets, of several shards in one transaction: a video's likes of all of them are one change of
   * its counter. Whoever applies the same entries at the same time, or again, changes nothing.
   *
   * @returns the offsets that are stored now; without the shards whose entries were read from another generation of the store
   */
  async apply(reads: ReadonlyMap<number, LogRead>): Promise<Map<number, Offset>> {
    try {
      return await this.applyOnce(reads, true);
    } catch (error) {
      if (!(error instanceof UnlikeLog)) throw error;
      log.warn(error.message);
    }
    return this.applyOnce(reads, false);
  }

  /** @param trust whether the log is believed as to which rows there are; UnlikeLog is thrown when it was wrong */
  private applyOnce(reads: ReadonlyMap<number, LogRead>, trust: boolean): Promise<Map<number, Offset>> {
    return this.database.transaction(async (tx) => {
      const stored = await this.likes.lockOffsets(tx, [...reads.keys()]);
      const offsets = new Map([...stored].filter(([shard, { generation }]) => generation === reads.get(shard)?.generation));
      const moved = new Map<number, Offset>();
      const fresh: LogEntry[] = [];
      for (const [shard, { generation, position }] of offsets) {
        const entries = (reads.get(shard)?.entries ?? []).filter((entry) => comparePositions(entry.position, position) > 0);
        const last = entries.at(-1);
        if (last) moved.set(shard, { generation, position: last.position });
        fresh.push(...entries);
      }
      const changes = netChanges(fresh);
      if (changes.length > 0) await this.store(tx, trust ? likeDelta(changes) : await this.comparedDelta(tx, changes), trust);
      this.likes.storeOffsets(tx, moved);
      return new Map([...offsets, ...moved]);
    });
  }

  /** Rows first: when their numbers are what the log says, it was right about every one of them, and so are the counts. */
  private async store(tx: Tx, delta: LikeDelta, trust: boolean): Promise<void> {
    const expect = (what: string, expected: number, affected: number): void => {
      if (trust && affected !== expected) throw new UnlikeLog(what, expected, affected);
    };
    for (const part of chunks(delta.inserts, ROWS_PER_STATEMENT)) {
      const { affected } = await tx.execute('INSERT IGNORE INTO likes (viewer_id, video_id, liked_at) VALUES ?', [rowsOf(part)]);
      expect('new likes', part.length, affected);
    }
    for (const part of chunks(delta.updates, ROWS_PER_STATEMENT)) {
      const sql = 'INSERT INTO likes (viewer_id, video_id, liked_at) VALUES ? ON DUPLICATE KEY UPDATE liked_at = VALUES(liked_at)';
      const { affected } = await tx.execute(sql, [rowsOf(part)]);
      // MySQL counts an inserted row as one and a changed one as two.
      expect('likes given again', 2 * part.length, affected);
    }
    for (const part of chunks(delta.deletes, PAIRS_PER_STATEMENT)) {
      const { affected } = await tx.execute('DELETE FROM likes WHERE (viewer_id, video_id) IN (?)', [pairsOf(part)]);
      expect('likes taken back', part.length, affected);
    }
    await this.count(tx, delta);
  }

  private async comparedDelta(tx: Tx, changes: readonly NetChange[]): Promise<LikeDelta> {
    const found = new Set<string>();
    for (const part of chunks(changes, PAIRS_PER_STATEMENT)) {
      const sql = 'SELECT viewer_id AS viewerId, video_id AS videoId FROM likes WHERE (viewer_id, video_id) IN (?)';
      for (const row of await tx.query<LikeRow>(sql, [pairsOf(part)])) found.add(pairKey(row.viewerId, row.videoId));
    }
    return likeDelta(changes, ({ viewerId, videoId }) => found.has(pairKey(viewerId, videoId)));
  }

  private async count(tx: Tx, { byVideo, byViewer }: LikeDelta): Promise<void> {
    const received = new Map<number, number>();
    for (const [id, authorId] of await this.authorsOf(tx, [...byVideo.keys()])) {
      received.set(authorId, (received.get(authorId) ?? 0) + (byVideo.get(id) ?? 0));
    }
    this.videoCounters.add(
      tx,
      [...byVideo].map(([id, delta]) => ({ id, field: 'favorite_count' as const, delta })),
    );
    this.userCounters.add(tx, [
      ...[...received].map(([id, delta]) => ({ id, field: 'total_favorited' as const, delta })),
      ...[...byViewer].map(([id, delta]) => ({ id, field: 'favorite_count' as const, delta })),
    ]);
    await this.announcePopularity(tx, byVideo);
  }

  private authorsOf(tx: Tx, videoIds: readonly number[]): Promise<Map<number, number>> {
    return this.authors.of(videoIds, async (unknown) => {
      const sql = 'SELECT id, author_id AS authorId FROM videos WHERE id IN (?)';
      const rows = await tx.byIds<{ id: number; authorId: number }>(sql, unknown);
      return new Map(rows.map(({ id, authorId }) => [id, authorId]));
    });
  }

  /** Videos that entered another class of popularity get a new version and an event, for the search index. */
  private async announcePopularity(tx: Tx, byVideo: ReadonlyMap<number, number>): Promise<void> {
    const stored = [...(await this.videoCounters.stored(tx, [...byVideo.keys()])).values()];
    const moved = stored.filter(({ id, values: { favorite_count: count } }) => {
      return popularityClass(count) !== popularityClass(count - (byVideo.get(id) ?? 0));
    });
    if (moved.length === 0) return;
    const ids = moved.map((row) => row.id).sort((a, b) => a - b);
    tx.defer("UPDATE videos SET version = version + 1 WHERE id IN (?) AND state = 'published'", [ids]);
    const sql = "SELECT id AS videoId, author_id AS authorId, version FROM videos WHERE id IN (?) AND state = 'published'";
    this.outbox.appendAll(tx, VideoPopularityEvent, await tx.byIds<{ videoId: number; authorId: number; version: number }>(sql, ids));
  }
}
