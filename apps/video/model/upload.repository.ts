import { Database, isDuplicate, type Tx } from '@doul/data';
import { Injectable } from '@nestjs/common';
import { UPLOAD_COLUMNS, type StoredPart, type StoredUpload, type UploadState } from './upload.js';
import { VideoRepository } from './video.repository.js';

export type NewUpload = Omit<StoredUpload, 'id' | 'state' | 'videoId' | 'createdAt'> & { requestKey: string };

/** An open upload with what its ledger says. */
export interface OpenUploadRow extends StoredUpload {
  storedParts: number;
  storedBytes: number;
}

const SELECT = `SELECT ${UPLOAD_COLUMNS} FROM uploads u`;

/** Rows of uploads and their parts. */
@Injectable()
export class UploadRepository {
  constructor(
    private readonly database: Database,
    private readonly videos: VideoRepository,
  ) {}

  /**
   * Stores a new upload in a free slot of its author. A repeat of the author's request key answers the first upload.
   *
   * @returns undefined when all slots are taken
   */
  async create(upload: NewUpload, slots: number): Promise<StoredUpload | undefined> {
    const { authorId, requestKey } = upload;
    // Others may take the chosen slot first; with each collision there is one slot less to collide in.
    for (let tries = 0; tries <= slots; tries += 1) {
      const slot = await this.freeSlot(authorId, slots);
      if (slot === undefined) break;
      try {
        await this.database.insert('uploads', [rowOf(upload, slot)]);
        break;
      } catch (error) {
        if (!isDuplicate(error)) throw error;
        if (await this.byRequest(authorId, requestKey)) break;
      }
    }
    return this.byRequest(authorId, requestKey);
  }

  byRequest(authorId: number, requestKey: string): Promise<StoredUpload | undefined> {
    return this.database.one(`${SELECT} WHERE u.author_id = ? AND u.request_key = ?`, [authorId, requestKey]);
  }

  private async freeSlot(authorId: number, slots: number): Promise<number | undefined> {
    const rows = await this.database.query<{ slot: number }>('SELECT slot FROM uploads WHERE author_id = ? AND slot IS NOT NULL', [
      authorId,
    ]);
    const taken = new Set(rows.map(({ slot }) => slot));
    const free = Array.from({ length: slots }, (_, slot) => slot).filter((slot) => !taken.has(slot));
    return free[Math.floor(Math.random() * free.length)];
  }

  /** The author's upload of that name. */
  find(authorId: number, uploadId: string): Promise<StoredUpload | undefined> {
    return this.database.one(`${SELECT} WHERE u.upload_id = ? AND u.author_id = ?`, [uploadId, authorId]);
  }

  byId(id: number): Promise<StoredUpload | undefined> {
    return this.database.one(`${SELECT} WHERE u.id = ?`, [id]);
  }

  /** Open ones of an author below `before`, newest first. */
  listOpen(authorId: number, before: number, limit: number): Promise<OpenUploadRow[]> {
    const sql = `SELECT ${UPLOAD_COLUMNS},
        (SELECT COUNT(*) FROM upload_parts p WHERE p.upload = u.id) AS storedParts,
        (SELECT COALESCE(SUM(p.size), 0) FROM upload_parts p WHERE p.upload = u.id) AS storedBytes
      FROM uploads u WHERE u.author_id = ? AND u.state IN ('open', 'completing') AND u.id < ? ORDER BY u.id DESC LIMIT ?`;
    return this.database.query(sql, [authorId, before, limit]);
  }

  /** Moves it on; false when it was in none of these states any more. Only open and completing ones keep their slot. */
  async move(id: number, from: readonly UploadState[], to: UploadState): Promise<boolean> {
    const slot = to === 'open' || to === 'completing' ? '' : ', slot = NULL';
    const sql = `UPDATE uploads SET state = ?, state_at = ?${slot} WHERE id = ? AND state IN (?)`;
    return (await this.database.execute(sql, [to, Date.now(), id, from])).affected > 0;
  }

  /**
   * Makes the video of an upload whose object is whole, or answers the one that it has.
   *
   * @returns undefined when it was aborted or has expired
   */
  complete(id: number): Promise<number | undefined> {
    return this.database.transaction(async (tx) => {
      const upload = await tx.one<StoredUpload>(`${SELECT} WHERE u.id = ? FOR UPDATE`, [id]);
      if (!upload || upload.state === 'aborted' || upload.state === 'expired') return undefined;
      if (upload.state === 'completed') return upload.videoId;
      const { authorId, title, objectKey, sizeBytes, sha256, uploadId } = upload;
      const video = { authorId, title, objectKey, sizeBytes, sha256, requestKey: `upload:${uploadId}` };
      const videoId = await this.videos.insert(tx, video);
      const sql = "UPDATE uploads SET state = 'completed', state_at = ?, slot = NULL, video_id = ? WHERE id = ?";
      await tx.execute(sql, [Date.now(), videoId, id]);
      await this.forgetParts(tx, [id]);
      return videoId;
    });
  }

  parts(id: number): Promise<StoredPart[]> {
    return this.database.query('SELECT number, size, etag FROM upload_parts WHERE upload = ? ORDER BY number', [id]);
  }

  /** Makes the ledger of an upload equal to what the store says; nothing is written when it is. */
  async setParts(id: number, known: readonly StoredPart[], stored: readonly StoredPart[]): Promise<void> {
    const text = ({ number, size, etag }: StoredPart): string => `${number}:${size}:${etag}`;
    const [before, now] = [new Set(known.map(text)), new Set(stored.map(({ number }) => number))];
    const changed = stored.filter((part) => !before.has(text(part)));
    const gone = known.filter(({ number }) => !now.has(number)).map(({ number }) => number);
    if (changed.length > 0) {
      const rows = changed.map(({ number, size, etag }) => [id, number, size, etag]);
      const sql =
        'INSERT INTO upload_parts (upload, number, size, etag) VALUES ? ON DUPLICATE KEY UPDATE size = VALUES(size), etag = VALUES(etag)';
      await this.database.execute(sql, [rows]);
    }
    if (gone.length > 0) await this.database.execute('DELETE FROM upload_parts WHERE upload = ? AND number IN (?)', [id, gone]);
  }

  /** Open ones whose time is over. */
  expired(now: number, limit: number): Promise<StoredUpload[]> {
    return this.database.query(`${SELECT} WHERE u.state = 'open' AND u.expires_at < ? ORDER BY u.expires_at LIMIT ?`, [now, limit]);
  }

  /** Those whose completion began before `since` and did not end. */
  unfinished(since: number, limit: number): Promise<StoredUpload[]> {
    return this.database.query(`${SELECT} WHERE u.state = 'completing' AND u.state_at < ? ORDER BY u.state_at LIMIT ?`, [since, limit]);
  }

  /** Of the object keys, those that a row names, with its state. */
  async statesOf(keys: readonly string[]): Promise<Map<string, UploadState>> {
    const sql = 'SELECT object_key AS `key`, state FROM uploads WHERE object_key IN (?)';
    const rows = await this.database.byIds<{ key: string; state: UploadState }>(sql, keys);
    return new Map(rows.map(({ key, state }) => [key, state]));
  }

  /** Forgets uploads that ended before `since`; how many. */
  async forget(since: number, limit: number): Promise<number> {
    const ended = ['completed', 'aborted', 'expired'] as const satisfies readonly UploadState[];
    const ranges = ended
      .map(() => '(SELECT id FROM uploads WHERE state = ? AND state_at < ? ORDER BY state_at LIMIT ?)')
      .join(' UNION ALL ');
    const rows = await this.database.query<{ id: number }>(`${ranges} LIMIT ?`, [
      ...ended.flatMap((state) => [state, since, limit]),
      limit,
    ]);
    const ids = rows.map(({ id }) => id);
    if (ids.length === 0) return 0;
    return this.database.transaction(async (tx) => {
      await this.forgetParts(tx, ids);
      return (await tx.execute('DELETE FROM uploads WHERE id IN (?)', [ids])).affected;
    });
  }

  private async forgetParts(tx: Tx, ids: readonly number[]): Promise<void> {
    await tx.execute('DELETE FROM upload_parts WHERE upload IN (?)', [ids]);
  }
}

function rowOf(upload: NewUpload, slot: number): Record<string, string | number> {
  const now = Date.now();
  return {
    upload_id: upload.uploadId,
    author_id: upload.authorId,
    slot,
    state: 'open',
    title: upload.title,
    file_name: upload.fileName,
    content_type: upload.contentType,
    size_bytes: upload.sizeBytes,
    sha256: upload.sha256,
    part_size: upload.partSize,
    part_count: upload.partCount,
    object_key: upload.objectKey,
    store_id: upload.storeId,
    request_key: upload.requestKey,
    created_at: now,
    expires_at: upload.expiresAt,
    state_at: now,
  };
}
