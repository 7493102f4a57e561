import { Database, type Tx } from '@doul/data';
import { Injectable } from '@nestjs/common';
import type { StateName } from './video.js';

/** What became of a video at one moment; `id` grows with every entry of a video. */
export interface StatusEntry {
  id: number;
  /** Unix ms. */
  happenedAt: number;
  state: StateName;
  /** How far it is on its way to being published, 0-100. */
  percent: number;
  /** Key of a text, see video.reasons.ts. */
  reason: string;
  /** Names of the renditions that can be played, with commas. */
  renditions: string;
}

export type NewStatus = Pick<StatusEntry, 'state' | 'percent'> & Partial<Pick<StatusEntry, 'reason' | 'renditions'>>;

const COLUMNS = 'id, happened_at AS happenedAt, state, percent, reason, renditions';

/**
 * The history of each video's processing, kept for a week, so that whoever watches it and loses the connection misses nothing.
 * Appending needs the lock of the video's row: entries then become visible in the order of their ids.
 */
@Injectable()
export class StatusLog {
  constructor(private readonly database: Database) {}

  /** Within a transaction that holds the lock of the video's row. */
  async append(tx: Tx, videoId: number, { state, percent, reason = '', renditions = '' }: NewStatus): Promise<void> {
    await tx.insert('media_events', [{ video_id: videoId, happened_at: Date.now(), state, percent, reason, renditions }]);
  }

  /** Entries of a video after one of its ids, the oldest first. */
  after(videoId: number, id: number, limit: number): Promise<StatusEntry[]> {
    return this.database.query(`SELECT ${COLUMNS} FROM media_events WHERE video_id = ? AND id > ? ORDER BY id LIMIT ?`, [
      videoId,
      id,
      limit,
    ]);
  }

  latest(videoId: number): Promise<StatusEntry | undefined> {
    return this.database.one(`SELECT ${COLUMNS} FROM media_events WHERE video_id = ? ORDER BY id DESC LIMIT 1`, [videoId]);
  }

  /** Removes entries from before `time` (Unix ms), at most `limit`. */
  async trim(time: number, limit: number): Promise<number> {
    return (await this.database.execute('DELETE FROM media_events WHERE happened_at < ? LIMIT ?', [time, limit])).affected;
  }
}
