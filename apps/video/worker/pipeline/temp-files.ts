import { mkdir, mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mediaWorkConfig } from './media-work.config.js';

const PREFIX = 'doul-media-';

/** Where this machine's workers keep what they work on. */
export const tempRoot = (): string => mediaWorkConfig().MEDIA_TEMP_DIR || tmpdir();

/** A new folder that only this process uses; whoever makes it removes it. */
export async function newFolder(): Promise<string> {
  await mkdir(tempRoot(), { recursive: true });
  return mkdtemp(join(tempRoot(), `${PREFIX}${process.pid}-`));
}

/** A folder for `use`, removed afterwards whatever happens. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await newFolder();
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @throws Error when the disk has less than `bytes` left, and a reserve for everybody else */
export async function requireSpace(bytes: number): Promise<void> {
  await mkdir(tempRoot(), { recursive: true });
  const { bavail, bsize } = await statfs(tempRoot());
  const free = bavail * bsize;
  const needed = bytes + mediaWorkConfig().MEDIA_TEMP_RESERVE_BYTES;
  if (free < needed) throw new Error(`${free} bytes of temporary space are left, ${needed} are needed`);
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
  await mkdir(tempRoot(), { recursive: true });
  for (const name of await readdir(tempRoot())) {
    const pid = Number(new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1]);
    if (pid > 0 && !isAlive(pid)) await rm(join(tempRoot(), name), { recursive: true, force: true });
  }
}
