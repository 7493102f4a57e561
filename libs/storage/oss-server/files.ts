import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { link, mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform, type Readable, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { nanoid } from 'nanoid';
import { OssError } from './errors.js';

/** Bytes that are on disk, synced, and belong to nothing yet. */
export interface StagedFile {
  readonly path: string;
  readonly size: number;
  /** 32 hex digits, upper case: an ETag without its quotes. */
  readonly md5: string;
}

/** Passes bytes through, measures and hashes them. */
class Meter extends Transform {
  readonly #hash = createHash('md5');
  size = 0;

  constructor(private readonly maxBytes: number) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.size += chunk.length;
    if (this.size > this.maxBytes) return done(new OssError('EntityTooLarge'));
    this.#hash.update(chunk);
    done(null, chunk);
  }

  digest = (): string => this.#hash.digest('hex').toUpperCase();
}

/** Pipes a request's body without destroying it when the sink fails: a request that is refused can still be answered. */
function feed(source: Readable, sink: Transform): void {
  const cutOff = (): void => void (source.readableEnded || sink.destroy(new OssError('IncompleteBody')));
  source.once('error', cutOff).once('close', cutOff);
  if (source.destroyed) cutOff();
  else source.pipe(sink);
}

/**
 * Streams bytes into a new file of `folder` and syncs it. A source that fails or is cut off leaves no file.
 *
 * @throws OssError EntityTooLarge
 */
export async function stageFile(folder: string, source: Readable, maxBytes: number): Promise<StagedFile> {
  const path = join(folder, nanoid());
  const meter = new Meter(maxBytes);
  feed(source, meter);
  try {
    await pipeline(meter, createWriteStream(path, { flags: 'wx', flush: true }));
    return { path, size: meter.size, md5: meter.digest() };
  } catch (error) {
    await discard(path);
    throw error;
  }
}

/** Every file below a folder. */
export async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

export const discard = (path: string): Promise<void> => rm(path, { force: true });

/** Makes a rename inside a folder durable. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Moves a synced file to where it belongs: after a crash it is there whole or not at all. */
export async function commitFile(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await rename(from, to);
  await syncFolder(dirname(to));
}

/** Gives synced files a second name each; a crash in between leaves names that belong to nothing. */
export async function linkFiles(files: readonly { from: string; to: string }[]): Promise<void> {
  for (const folder of new Set(files.map(({ to }) => dirname(to)))) await mkdir(folder, { recursive: true });
  for (const { from, to } of files) await link(from, to);
  for (const folder of new Set(files.map(({ to }) => dirname(to)))) await syncFolder(folder);
}

/** Replaces a small document in one step. */
export async function commitJson(folder: string, to: string, value: unknown): Promise<void> {
  const staged = join(folder, nanoid());
  await writeFile(staged, JSON.stringify(value), { flush: true });
  await commitFile(staged, to);
}

/** Runs the work on one name one after another, and on different names at once. */
export class NameLock {
  readonly #tails = new Map<string, Promise<unknown>>();

  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(name) ?? Promise.resolve();
    const mine = before.then(work, work);
    const tail = mine.catch(() => undefined);
    this.#tails.set(name, tail);
    try {
      return await mine;
    } finally {
      if (this.#tails.get(name) === tail) this.#tails.delete(name);
    }
  }
}
