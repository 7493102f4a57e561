import { Database } from '@doul/data';
import { Injectable } from '@nestjs/common';

export interface CountedVideo {
  id: number;
  state: string;
  /** Whether the purge of a removed video is done. */
  purged: number;
}

interface Count {
  id: number;
  n: number;
}

const toMap = (rows: readonly Count[]): Map<number, number> => new Map(rows.map((row) => [row.id, row.n]));

/** Counts what is stored, for comparing it with what is counted as it changes. Nothing on a request's way uses this. */
@Injectable()
export class ReconcileRepository {
  constructor(readonly database: Database) {}

  videosAfter(id: number, limit: number): Promise<CountedVideo[]> {
    const sql = 'SELECT id, state, leftovers = 0 AS purged FROM videos WHERE id > ? ORDER BY id LIMIT ?';
    return this.database.query<CountedVideo>(sql, [id, limit]);
  }

  /** Users who published, liked or are counted, by ascending id. */
  async usersAfter(id: number, limit: number): Promise<number[]> {
    const sql = `(SELECT id FROM user_counters WHERE id > ? ORDER BY id LIMIT ?)
      UNION (SELECT DISTINCT author_id AS id FROM videos WHERE author_id > ? ORDER BY author_id LIMIT ?)
      UNION (SELECT DISTINCT viewer_id AS id FROM likes WHERE viewer_id > ? ORDER BY viewer_id LIMIT ?) ORDER BY id LIMIT ?`;
    return (await this.database.query<{ id: number }>(sql, [id, limit, id, limit, id, limit, limit])).map((row) => row.id);
  }

  async likesOfVideos(ids: readonly number[]): Promise<Map<number, number>> {
    return toMap(await this.database.byIds('SELECT video_id AS id, COUNT(*) AS n FROM likes WHERE video_id IN (?) GROUP BY video_id', ids));
  }

  async likesGiven(ids: readonly number[]): Promise<Map<number, number>> {
    return toMap(
      await this.database.byIds('SELECT viewer_id AS id, COUNT(*) AS n FROM likes WHERE viewer_id IN (?) GROUP BY viewer_id', ids),
    );
  }

  async likesReceived(ids: readonly number[]): Promise<Map<number, number>> {
    const sql = `SELECT v.author_id AS id, COUNT(*) AS n FROM videos v JOIN likes l ON l.video_id = v.id
      WHERE v.author_id IN (?) GROUP BY v.author_id`;
    return toMap(await this.database.byIds(sql, ids));
  }

  async worksPublished(ids: readonly number[]): Promise<Map<number, number>> {
    const sql = "SELECT author_id AS id, COUNT(*) AS n FROM videos WHERE author_id IN (?) AND state = 'published' GROUP BY author_id";
    return toMap(await this.database.byIds(sql, ids));
  }
}
