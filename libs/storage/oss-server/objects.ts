import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { nanoid } from 'nanoid';
import { OssError } from './errors.js';
import { NameLock, commitFile, commitJson, discard, filesUnder, linkFiles, stageFile, type StagedFile } from './files.js';
import { readPieces, type Piece } from './pieces.js';

export type Acl = 'private' | 'public-read' | 'public-read-write';

/** What is known of an object; `blob` names the file that holds its bytes, `pieces` those of a multipart upload. */
export interface ObjectMeta {
  readonly key: string;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  /** Unix ms. */
  readonly modified: number;
  readonly type: 'Normal' | 'Multipart';
  /** Answer headers: content-type, cache-control, x-oss-meta-* and the like. */
  readonly headers: Readonly<Record<string, string>>;
  /** `default` follows the bucket. */
  readonly acl: Acl | 'default';
  readonly blob: string;
  readonly pieces?: readonly Piece[];
}

export interface NewObject {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly acl?: Acl | 'default';
  /** Refuse when the key exists. */
  readonly forbidOverwrite?: boolean;
}

/** The files that hold an object's bytes, in order. */
export const piecesOf = ({ pieces, blob, size }: ObjectMeta): readonly Piece[] => pieces ?? [{ blob, size }];

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Objects in a folder: bytes in `blobs/`, one small document each in `objects/`, named by the key's hash, so no key can name
 * a path. Writing the document is what makes an object exist; bytes without one are removed at the next start.
 */
export class DiskObjects {
  readonly #index = new Map<string, ObjectMeta>();
  readonly #lock = new NameLock();
  #sorted: string[] | undefined;

  private constructor(
    private readonly dir: string,
    readonly temp: string,
  ) {}

  /** Reads the index; leftovers of a crash are removed. */
  static async open(dir: string): Promise<DiskObjects> {
    const objects = new DiskObjects(dir, join(dir, 'tmp'));
    await rm(objects.temp, { recursive: true, force: true });
    for (const folder of [objects.temp, join(dir, 'objects'), join(dir, 'blobs')]) await mkdir(folder, { recursive: true });
    await objects.#load();
    return objects;
  }

  async #load(): Promise<void> {
    for (const path of await filesUnder(join(this.dir, 'objects'))) {
      const meta = JSON.parse(await readFile(path, 'utf8')) as ObjectMeta;
      this.#index.set(meta.key, meta);
    }
    const used = new Set([...this.#index.values()].flatMap((meta) => piecesOf(meta).map(({ blob }) => blob)));
    for (const path of await filesUnder(join(this.dir, 'blobs'))) if (!used.has(basename(path))) await discard(path);
  }

  /** Keys in ascending order. */
  keys(): readonly string[] {
    return (this.#sorted ??= [...this.#index.keys()].sort());
  }

  find(key: string): ObjectMeta | undefined {
    return this.#index.get(key);
  }

  /** @throws OssError NoSuchKey */
  get(key: string): ObjectMeta {
    const meta = this.#index.get(key);
    if (!meta) throw new OssError('NoSuchKey', undefined, { Key: key });
    return meta;
  }

  /** @throws OssError EntityTooLarge; whatever the source fails with */
  stage(source: Readable, maxBytes: number): Promise<StagedFile> {
    return stageFile(this.temp, source, maxBytes);
  }

  /**
   * Makes staged bytes the object's, in one step for every reader.
   *
   * @throws OssError FileAlreadyExists
   */
  commit(staged: StagedFile, object: NewObject): Promise<ObjectMeta> {
    return this.#lock.run(object.key, async () => {
      if (!this.#mayCommit(object)) {
        await discard(staged.path);
        throw new OssError('FileAlreadyExists');
      }
      const blob = basename(staged.path);
      await commitFile(staged.path, this.#blobPath(blob));
      return this.#replace(object, { size: staged.size, etag: staged.md5, type: 'Normal', blob });
    });
  }

  /**
   * Makes files that belong to an upload the object's, without moving a byte: they get a second name here, and the upload may
   * drop its own.
   *
   * @throws OssError FileAlreadyExists
   */
  join(files: readonly { path: string; size: number }[], etag: string, object: NewObject): Promise<ObjectMeta> {
    return this.#lock.run(object.key, async () => {
      if (!this.#mayCommit(object)) throw new OssError('FileAlreadyExists');
      const pieces = files.map(({ size }) => ({ blob: nanoid(), size }));
      await linkFiles(pieces.map(({ blob }, at) => ({ from: files[at]?.path ?? '', to: this.#blobPath(blob) })));
      const size = pieces.reduce((sum, piece) => sum + piece.size, 0);
      return this.#replace(object, { size, etag, type: 'Multipart', blob: '', pieces });
    });
  }

  #mayCommit({ key, forbidOverwrite }: NewObject): boolean {
    return !(forbidOverwrite && this.#index.has(key));
  }

  async #replace(object: NewObject, bytes: Pick<ObjectMeta, 'size' | 'etag' | 'type' | 'blob' | 'pieces'>): Promise<ObjectMeta> {
    const { key, headers, acl = 'default' } = object;
    const before = this.#index.get(key);
    const meta = { key, headers, acl, modified: Date.now(), ...bytes };
    await this.#save(meta);
    if (before) await this.#discardBytes(before);
    return meta;
  }

  async #discardBytes(meta: ObjectMeta): Promise<void> {
    for (const { blob } of piecesOf(meta)) await discard(this.#blobPath(blob));
  }

  /** @throws OssError NoSuchKey */
  setAcl(key: string, acl: Acl | 'default'): Promise<void> {
    return this.#lock.run(key, () => this.#save({ ...this.get(key), acl }));
  }

  /** Removing what is not there is a success. */
  remove(key: string): Promise<void> {
    return this.#lock.run(key, async () => {
      const meta = this.#index.get(key);
      if (!meta) return;
      await discard(this.#metaPath(key));
      this.#index.delete(key);
      this.#sorted = undefined;
      await this.#discardBytes(meta);
    });
  }

  /**
   * An object and a stream of its bytes, the two of one moment even while the key is being overwritten.
   *
   * @param pick chooses the bytes, both ends included; undefined = none (a HEAD, an empty object)
   * @throws OssError NoSuchKey, and what `pick` throws
   */
  async read<P extends { start: number; end: number }>(
    key: string,
    pick: (meta: ObjectMeta) => P | undefined,
  ): Promise<{ meta: ObjectMeta; picked: P | undefined; stream: Readable | undefined }> {
    for (;;) {
      const meta = this.get(key);
      const picked = pick(meta);
      if (!picked) return { meta, picked, stream: undefined };
      const stream = await readPieces(piecesOf(meta), picked, (blob) => this.#blobPath(blob));
      if (stream) return { meta, picked, stream };
      if (this.#index.get(key) === meta) throw new OssError('InternalError', 'The bytes of the object are missing.');
    }
  }

  async #save(meta: ObjectMeta): Promise<void> {
    await commitJson(this.temp, this.#metaPath(meta.key), meta);
    if (!this.#index.has(meta.key)) this.#sorted = undefined;
    this.#index.set(meta.key, meta);
  }

  #metaPath(key: string): string {
    const hash = sha256(key);
    return join(this.dir, 'objects', hash.slice(0, 2), `${hash}.json`);
  }

  #blobPath(blob: string): string {
    return join(this.dir, 'blobs', sha256(blob).slice(0, 2), blob);
  }
}
