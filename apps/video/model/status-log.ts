import { Database, type Tx } from '@doul/data';
import { Injectable } from '@nestjs/common';
import { TOLD } from './media-job.js';
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
  /** 1 when nothing comes after it. */
  complete: number;
}

export type NewStatus = Pick<StatusEntry, 'state' | 'percent'> & Partial<Pick<StatusEntry, 'reason' | 'renditions'>>;

/** Whether no step of the video of that id is left that its history would tell of; takes `TOLD`. */
const isOver = (id: string): string =>
  `NOT EXISTS (SELECT 1 FROM media_jobs j WHERE j.video_id = ${id} AND j.step IN (?) AND j.state IN ('waiting', 'running'))`;

/** One statement reads entries and jobs at one moment, so that no entry is taken for the last one while another is committed. */
const ENTRIES = `SELECT e.id, e.happened_at AS happenedAt, e.state, e.percent, e.reason, e.renditions,
  (e.id = (SELECT l.id FROM media_events l WHERE l.video_id = e.video_id ORDER BY l.id DESC LIMIT 1) AND ${isOver('e.video_id')}) AS complete FROM media_events e`;

/** Names of the renditions in the JSON of a video's row, with commas. */
export const namesIn = (renditions: string | null): string =>
  (JSON.parse(renditions ?? '[]') as { name: string }[]).map(({ name }) => name).join(',');

/**
 * The history of each video's processing, kept for a week, so that whoever watches it and loses the connection misses nothing.
 * Appending needs the lock of the video's row: entries then become visible in the order of their ids. Whatever ends the last step that
 * it tells of appends an entry in the same transaction: whoever watches learns from it that nothing more comes.
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
    return this.database.query(`${ENTRIES} WHERE e.video_id = ? AND e.id > ? ORDER BY e.id LIMIT ?`, [[...TOLD], videoId, id, limit]);
  }

  latest(videoId: number): Promise<StatusEntry | undefined> {
    return this.database.one(`${ENTRIES} WHERE e.video_id = ? ORDER BY e.id DESC LIMIT 1`, [[...TOLD], videoId]);
  }

  /** What its history would end with, of a video whose entries are trimmed. */
  async withoutHistory(videoId: number): Promise<Pick<StatusEntry, 'renditions' | 'complete'>> {
    const sql = `SELECT v.renditions, ${isOver('v.id')} AS complete FROM videos v WHERE v.id = ?`;
    const row = await this.database.one<{ renditions: string | null; complete: number }>(sql, [[...TOLD], videoId]);
    return { renditions: namesIn(row?.renditions ?? null), complete: row?.complete ?? 1 };
  }

  /** Removes entries from before `time` (Unix ms), at most `limit`. */
  async trim(time: number, limit: number): Promise<number> {
    return (await this.database.execute('DELETE FROM media_events WHERE happened_at < ? LIMIT ?', [time, limit])).affected;
  }
}
