import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OssError } from './errors.js';
import { NameLock, commitFile, commitJson, discard, type StagedFile } from './files.js';
import type { DiskObjects, NewObject, ObjectMeta } from './objects.js';

export interface Part {
  readonly number: number;
  /** Without quotes. */
  readonly etag: string;
  readonly size: number;
  /** Unix ms. */
  readonly modified: number;
  readonly path: string;
}

export interface Upload {
  readonly id: string;
  readonly object: NewObject;
  /** Unix ms. */
  readonly initiated: number;
  readonly parts: Map<number, Part>;
}

/** Smallest part but the last, in bytes (OSS: 100 KB). */
const MIN_PART_BYTES = 100 * 1024;

/** Multipart uploads in progress: a folder each, whose part files are named `<number>.<etag>.<size>`. */
export class DiskUploads {
  readonly #uploads = new Map<string, Upload>();
  readonly #lock = new NameLock();

  private constructor(
    private readonly dir: string,
    private readonly objects: DiskObjects,
  ) {}

  static async open(dir: string, objects: DiskObjects): Promise<DiskUploads> {
    const uploads = new DiskUploads(dir, objects);
    await mkdir(dir, { recursive: true });
    for (const id of await readdir(dir)) await uploads.#load(id);
    return uploads;
  }

  async #load(id: string): Promise<void> {
    const about = await readFile(join(this.dir, id, 'upload.json'), 'utf8').catch(() => undefined);
    if (about === undefined) return rm(join(this.dir, id), { recursive: true, force: true });
    const { object, initiated } = JSON.parse(about) as Pick<Upload, 'object' | 'initiated'>;
    const parts = new Map<number, Part>();
    for (const name of await readdir(join(this.dir, id))) {
      const [, number, etag, size] = /^(\d+)\.([0-9A-F]{32})\.(\d+)$/.exec(name) ?? [];
      if (number === undefined || etag === undefined) continue;
      const path = join(this.dir, id, name);
      const part = { number: Number(number), etag, size: Number(size), modified: (await stat(path)).mtimeMs, path };
      if ((parts.get(part.number)?.modified ?? 0) <= part.modified) parts.set(part.number, part);
    }
    this.#uploads.set(id, { id, object, initiated, parts });
  }

  async initiate(object: NewObject): Promise<Upload> {
    const upload = { id: randomBytes(16).toString('hex').toUpperCase(), object, initiated: Date.now(), parts: new Map<number, Part>() };
    await commitJson(this.objects.temp, join(this.dir, upload.id, 'upload.json'), { object, initiated: upload.initiated });
    this.#uploads.set(upload.id, upload);
    return upload;
  }

  /** @throws OssError NoSuchUpload, also when the upload is another key's */
  get(id: string, key: string): Upload {
    const upload = this.#uploads.get(id);
    if (upload?.object.key !== key) throw new OssError('NoSuchUpload', undefined, { UploadId: id });
    return upload;
  }

  /** In the order of key, then id. */
  all(): Upload[] {
    const name = (upload: Upload): string => `${upload.object.key}\u0000${upload.id}`;
    return [...this.#uploads.values()].sort((a, b) => (name(a) < name(b) ? -1 : 1));
  }

  /** Stores a part; the same number again replaces it. */
  async addPart(upload: Upload, number: number, staged: StagedFile): Promise<Part> {
    const path = join(this.dir, upload.id, `${number}.${staged.md5}.${staged.size}`);
    if (!this.#uploads.has(upload.id)) {
      await discard(staged.path);
      throw new OssError('NoSuchUpload');
    }
    await commitFile(staged.path, path);
    const before = upload.parts.get(number);
    const part = { number, etag: staged.md5, size: staged.size, modified: Date.now(), path };
    upload.parts.set(number, part);
    if (before && before.path !== path) await discard(before.path);
    return part;
  }

  /**
   * Joins the named parts into the object. Of several calls at once one does it.
   *
   * @throws OssError NoSuchUpload, InvalidPartOrder, InvalidPart, EntityTooSmall, FileAlreadyExists
   */
  complete(upload: Upload, named: readonly { number: number; etag: string }[]): Promise<ObjectMeta> {
    return this.#lock.run(upload.id, async () => {
      this.get(upload.id, upload.object.key);
      const parts = namedParts(upload, named);
      const digests = createHash('md5').update(Buffer.from(parts.map((part) => part.etag).join(''), 'hex'));
      const etag = `${digests.digest('hex').toUpperCase()}-${parts.length}`;
      const meta = await this.objects.join(parts, etag, upload.object);
      await this.abort(upload);
      return meta;
    });
  }

  async abort(upload: Upload): Promise<void> {
    this.#uploads.delete(upload.id);
    await rm(join(this.dir, upload.id), { recursive: true, force: true });
  }
}

function namedParts(upload: Upload, named: readonly { number: number; etag: string }[]): Part[] {
  if (named.length === 0) throw new OssError('MalformedXML');
  const parts = named.map(({ number, etag }, at) => {
    if (at > 0 && number <= (named[at - 1]?.number ?? 0)) throw new OssError('InvalidPartOrder');
    const part = upload.parts.get(number);
    if (part?.etag !== etag.replaceAll('"', '').toUpperCase()) throw new OssError('InvalidPart', undefined, { PartNumber: String(number) });
    return part;
  });
  const small = parts.slice(0, -1).find((part) => part.size < MIN_PART_BYTES);
  if (small) throw new OssError('EntityTooSmall', undefined, { MinSizeAllowed: String(MIN_PART_BYTES), PartNumber: String(small.number) });
  return parts;
}
