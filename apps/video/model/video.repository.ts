import { Database, isDuplicate, type Tx } from '@doul/data';
import { Injectable } from '@nestjs/common';
import { MediaJobRepository } from './media-job.repository.js';
import { OLD_COVER_PREFIX, setOf } from './media-keys.js';
import { StatusLog } from './status-log.js';
import { VIDEO_COLUMNS, type StateName, type StoredVideo } from './video.js';

export interface NewVideo {
  authorId: number;
  title: string;
  objectKey: string;
  sizeBytes: number;
  requestKey: string;
  /** Of the file, hexadecimal, when its uploader said so: the worker compares. */
  sha256?: string | undefined;
}

/** A page reads the newest of each, since a range over several states would walk over every removed video. */
const SHOWN_TO_AUTHOR: readonly StateName[] = ['uploaded', 'probing', 'transcoding', 'published', 'rejected', 'failed'];

/** A video as the search index wants it. */
export interface ScannedVideo extends StoredVideo {
  favoriteCount: number;
}

/** The objects of a video. */
export interface StoredObjects {
  id: number;
  objectKey: string;
  mediaSet: string;
  /** 1 while the upload is kept. */
  original: number;
  state: StateName;
  coverKey: string;
  /** JSON of those that were made; null = none. */
  renditions: string | null;
  /** 1 once preview and storyboard are made. */
  pictures: number;
}

/** Videos: reads, and the one write that begins each of them. */
@Injectable()
export class VideoRepository {
  constructor(
    private readonly database: Database,
    private readonly jobs: MediaJobRepository,
    private readonly status: StatusLog,
  ) {}

  /**
   * Stores an upload and its event. A repeat of the author's request key answers the first video.
   *
   * @returns undefined when the object belongs to another video already
   */
  async create(video: NewVideo): Promise<{ id: number; created: boolean } | undefined> {
    try {
      return await this.database.transaction(async (tx) => ({ id: await this.insert(tx, video), created: true }));
    } catch (error) {
      if (!isDuplicate(error)) throw error;
    }
    const sql = 'SELECT id FROM videos WHERE author_id = ? AND request_key = ?';
    const first = await this.database.one<{ id: number }>(sql, [video.authorId, video.requestKey]);
    return first && { id: first.id, created: false };
  }

  /** Stores an upload with the first step of its processing. @throws a duplicate's error when author and request key, or the object, are known */
  async insert(tx: Tx, video: NewVideo): Promise<number> {
    const now = Date.now();
    const row = {
      author_id: video.authorId,
      title: video.title,
      state: 'uploaded',
      object_key: video.objectKey,
      size_bytes: video.sizeBytes,
      request_key: video.requestKey,
      sha256: video.sha256 ?? '',
      created_at: now,
      state_at: now,
    };
    const { insertId: id } = await tx.insert('videos', [row]);
    await this.jobs.add(tx, id, 'probe');
    await this.status.append(tx, id, { state: 'uploaded', percent: 0 });
    return id;
  }

  async byIds(ids: readonly number[]): Promise<Map<number, StoredVideo>> {
    const rows = await this.database.byIds<StoredVideo>(`SELECT ${VIDEO_COLUMNS} FROM videos v WHERE v.id IN (?)`, ids);
    return new Map(rows.map((row) => [row.id, row]));
  }

  /** The author of each of the videos that is published. */
  async publishedAuthors(ids: readonly number[]): Promise<Map<number, number>> {
    const sql = "SELECT id, author_id AS authorId FROM videos WHERE id IN (?) AND state = 'published'";
    const rows = await this.database.byIds<{ id: number; authorId: number }>(sql, ids);
    return new Map(rows.map(({ id, authorId }) => [id, authorId]));
  }

  /** Those of the objects, uploads, files of media sets and old covers alike, that belong to no video. */
  async ownerless(keys: readonly string[]): Promise<string[]> {
    const sets = keys.flatMap((key) => setOf(key) ?? []);
    const covers = keys.filter((key) => key.startsWith(OLD_COVER_PREFIX));
    const uploads = keys.filter((key) => setOf(key) === undefined && !key.startsWith(OLD_COVER_PREFIX));
    const [knownSets, knownUploads, knownCovers, completing] = await Promise.all([
      this.database.byIds<{ key: string }>(`SELECT media_set AS \`key\` FROM videos WHERE media_set IN (?) AND ${OWNS}`, sets),
      this.database.byIds<{ key: string }>(
        `SELECT object_key AS \`key\` FROM videos WHERE object_key IN (?) AND original = 1 AND ${OWNS}`,
        uploads,
      ),
      this.database.byIds<{ key: string }>(OLD_COVERS, covers),
      // Some stores date an object by the beginning of its upload, which may be a day before its video is made.
      this.database.byIds<{ key: string }>(`${UPLOADING} AND object_key IN (?)`, uploads),
    ]);
    const known = new Set([...knownSets, ...knownUploads, ...knownCovers, ...completing].map((row) => row.key));
    return keys.filter((key) => !known.has(setOf(key) ?? key));
  }

  /** Ids of an author's videos below `before`, newest upload first. */
  async listByAuthor(authorId: number, everyState: boolean, before: number, limit: number): Promise<number[]> {
    const states: readonly StateName[] = everyState ? SHOWN_TO_AUTHOR : ['published'];
    const ranges = states.map(() => '(SELECT id FROM videos WHERE author_id = ? AND state = ? AND id < ? ORDER BY id DESC LIMIT ?)');
    const params = states.flatMap((state) => [authorId, state, before, limit]);
    const rows = await this.database.query<{ id: number }>(`${ranges.join(' UNION ALL ')} ORDER BY id DESC LIMIT ?`, [...params, limit]);
    return rows.map((row) => row.id);
  }

  /** Videos that have not been removed, by ascending id: what the store must hold for them. */
  objectsOf(afterId: number, limit: number): Promise<StoredObjects[]> {
    const columns = 'id, object_key AS objectKey, media_set AS mediaSet, original, state, cover_key AS coverKey, renditions, pictures';
    return this.database.query(`SELECT ${columns} FROM videos WHERE state <> 'removed' AND id > ? ORDER BY id LIMIT ?`, [afterId, limit]);
  }

  /** Published and removed videos by ascending id. */
  scan(afterId: number, limit: number): Promise<ScannedVideo[]> {
    return this.database.query(`${SCAN} AND v.id > ? ORDER BY v.id LIMIT ?`, [afterId, limit]);
  }

  /** Of these, the published and removed ones. */
  scanIds(ids: readonly number[]): Promise<ScannedVideo[]> {
    return this.database.byIds(`${SCAN} AND v.id IN (?)`, ids);
  }
}

/** A removed video owns its files until they were purged: what a worker still stores after that belongs to nobody. */
const OWNS = "(state <> 'removed' OR leftovers = 1)";

const UPLOADING = "SELECT object_key AS `key` FROM uploads WHERE state IN ('open', 'completing')";

/** Covers have no index of their own; only videos without a media set have one outside it, and those do. */
const OLD_COVERS = `SELECT cover_key AS \`key\` FROM videos WHERE media_set = '' AND cover_key IN (?) AND ${OWNS}`;

const SCAN = `SELECT ${VIDEO_COLUMNS}, COALESCE(c.favorite_count, 0) AS favoriteCount
  FROM videos v LEFT JOIN video_counters c ON c.id = v.id WHERE v.state IN ('published', 'removed')`;
