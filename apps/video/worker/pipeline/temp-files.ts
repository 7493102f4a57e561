import { lstat, mkdir, mkdtemp, readdir, readFile, rm, statfs, utimes } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { mediaWorkConfig } from './media-work.config.js';

const PREFIX = 'doul-media-';
/** `doul-media-<host>-<process id>-<when the process started>-<what mkdtemp adds>`. */
const NAME = new RegExp(`^${PREFIX}(.+)-(\\d+)-(\\d+)-\\w+$`);
/** Of which nobody knows when it started. */
const UNKNOWN_START = '0';
/** Nobody can ask whether processes of other hosts are alive: their files go when nothing changed for so long, in ms. */
const FOREIGN_MS = 24 * 3_600_000;

/** Where this machine's workers keep what they work on. */
export const tempRoot = (): string => mediaWorkConfig().MEDIA_TEMP_DIR || tmpdir();

const HOST = hostname().replace(/[^A-Za-z0-9.]+/g, '_');

/**
 * When a process started, in ticks since the system did; undefined when there is no such process, or nothing that tells of them. The id
 * alone is not enough: in a container every worker is number 1, as was the one before it.
 */
async function startOf(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined);
  // The second field is a name in brackets with anything in it; the first one behind it is the state.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  const hasEnded = fields?.[0] === 'Z' || fields?.[0] === 'X';
  return hasEnded ? 'ended' : fields?.[19];
}

let own: Promise<string> | undefined;
/** How the names of this process's folders begin. */
export function ownPrefix(): Promise<string> {
  own ??= startOf(process.pid).then((start = UNKNOWN_START) => `${PREFIX}${HOST}-${process.pid}-${start}-`);
  return own;
}

/** A new folder that only this process uses; whoever makes it removes it. */
export async function newFolder(): Promise<string> {
  await mkdir(tempRoot(), { recursive: true });
  return mkdtemp(join(tempRoot(), await ownPrefix()));
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

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether the process of this host that started then is alive. */
async function isAlive(pid: number, start: string): Promise<boolean> {
  const now = await startOf(pid);
  return now === undefined || start === UNKNOWN_START ? isThere(pid) : now === start;
}

/** When a folder or anything in it was last changed, in ms. */
async function changedAt(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const times = ['.', ...names].map((name) =>
    lstat(join(folder, name)).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    ),
  );
  return Math.max(...(await Promise.all(times)));
}

/** Whether nobody will use a folder any more. One whose name says nothing is treated like another host's. */
async function isOrphaned(name: string): Promise<boolean> {
  const [, host, pid, start] = NAME.exec(name) ?? [];
  if (host === HOST) return !(await isAlive(Number(pid), start ?? UNKNOWN_START));
  return (await changedAt(join(tempRoot(), name))) < Date.now() - FOREIGN_MS;
}

/**
 * Removes what killed workers have left: those of this host at once, those of other hosts that share the folder after a day. Tells these by
 * the way that what this process has is in use, so it is called again and again.
 *
 * @throws Error when something could not be removed; everything else is
 */
export async function removeOrphanedFiles(): Promise<void> {
  await mkdir(tempRoot(), { recursive: true });
  const mine = await ownPrefix();
  const tidy = async (name: string): Promise<void> => {
    const path = join(tempRoot(), name);
    // It may be removed meanwhile by whoever is done with it.
    if (name.startsWith(mine)) await utimes(path, new Date(), new Date()).catch(() => undefined);
    else if (await isOrphaned(name)) await rm(path, { recursive: true, force: true });
  };
  const names = (await readdir(tempRoot())).filter((name) => name.startsWith(PREFIX));
  const failed = (await Promise.allSettled(names.map(tidy))).find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
