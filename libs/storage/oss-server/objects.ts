import { createHash } from 'node:crypto';
import { mkdir, open, readFile, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { OssError } from './errors.js';
import { NameLock, commitFile, commitJson, discard, stageFile, type StagedFile } from './files.js';

export type Acl = 'private' | 'public-read' | 'public-read-write';

/** What is known of an object; `blob` names the file that holds its bytes. */
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
}

export interface NewObject {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly acl?: Acl | 'default';
  /** Of a multipart upload; otherwise it is the bytes' MD5. */
  readonly etag?: string;
  /** Refuse when the key exists. */
  readonly forbidOverwrite?: boolean;
}

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
    const used = new Set([...this.#index.values()].map((meta) => meta.blob));
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
      const before = this.#index.get(object.key);
      if (before && object.forbidOverwrite) {
        await discard(staged.path);
        throw new OssError('FileAlreadyExists');
      }
      const blob = basename(staged.path);
      await commitFile(staged.path, this.#blobPath(blob));
      const { key, headers, acl = 'default' } = object;
      const [etag, type] = object.etag === undefined ? [staged.md5, 'Normal' as const] : [object.etag, 'Multipart' as const];
      const meta = { key, size: staged.size, etag, modified: Date.now(), type, headers, acl, blob };
      await this.#save(meta);
      if (before) await discard(this.#blobPath(before.blob));
      return meta;
    });
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
      await discard(this.#blobPath(meta.blob));
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
      const file = await open(this.#blobPath(meta.blob), 'r').catch(() => undefined);
      if (file) return { meta, picked, stream: file.createReadStream({ start: picked.start, end: picked.end }) };
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

async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
