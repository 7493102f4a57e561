import type { ObjectStore } from '@doul/storage';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const PREFIX = 'doul-video-';
/** No object of ours is larger (the API's limit is lower); whatever else lies in the bucket must not fill the disk. */
const MAX_BYTES = 1 << 30;

/** Cuts a download that grows beyond what any video may have. */
class Bound extends Transform {
  private size = 0;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.size += chunk.length;
    done(this.size > MAX_BYTES ? new Error(`an object larger than ${MAX_BYTES} bytes`) : null, chunk);
  }
}

/** Downloads an object for `use` and removes the file afterwards, whatever happens. */
export async function withTempFile<T>(objects: ObjectStore, key: string, use: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  try {
    const path = join(folder, 'video');
    await pipeline(await objects.getStream(key), new Bound(), createWriteStream(path));
    return await use(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Removes what killed workers of this machine have left. */
export async function removeOrphanedFiles(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1]);
    if (pid > 0 && !isAlive(pid)) await rm(join(tmpdir(), name), { recursive: true, force: true });
  }
}
