import type { Connection } from 'mysql2/promise';
import { nanoid } from 'nanoid';

/** Publishes rows as the worker's transaction does, without 300 encodings: positions under the lock of the feed's clock. */
export async function publishRows(db: Connection, authorId: number, times: readonly number[]): Promise<number[]> {
  const ids: number[] = [];
  for (const publishedAt of times) {
    await db.beginTransaction();
    await db.query('UPDATE doul_video.feed_clock SET last_time = GREATEST(?, last_time + 1) WHERE id = 1', [publishedAt]);
    const [made] = await db.query(
      `INSERT INTO doul_video.videos (author_id, title, state, object_key, size_bytes, request_key, created_at, published_at, feed_time, state_at)
       SELECT ?, 'a row', 'published', ?, 1, ?, ?, ?, last_time, ? FROM doul_video.feed_clock WHERE id = 1`,
      [authorId, `videos/${nanoid()}.mp4`, nanoid(), publishedAt, publishedAt, publishedAt],
    );
    await db.query(
      `INSERT INTO doul_video.user_counters (id, work_count, version) VALUES (?, 1, 1)
       ON DUPLICATE KEY UPDATE work_count = work_count + 1, version = version + 1`,
      [authorId],
    );
    await db.query('INSERT INTO doul_video.user_counters_changes (ids) VALUES (?)', [authorId]);
    ids.push((made as { insertId: number }).insertId);
    await db.commit();
  }
  return ids;
}
