import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { newFolder, removeOrphanedFiles, requireSpace, withFolder } from './temp-files.js';

const HOUR_MS = 3_600_000;
const HOST = hostname().replace(/[^A-Za-z0-9.]+/g, '_');

const root = await mkdtemp(join(tmpdir(), 'doul-temp-files-'));
vi.stubEnv('MEDIA_TEMP_DIR', root);
vi.stubEnv('MEDIA_TEMP_RESERVE_BYTES', '0');
afterEach(async () => {
  for (const name of await readdir(root)) await rm(join(root, name), { recursive: true, force: true });
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Field 22 of a process's line: names of these programs have no blanks. */
const startOf = async (pid: number): Promise<string> => (await readFile(`/proc/${pid}/stat`, 'latin1')).split(' ')[21] ?? '';

/** A folder of that name with a file in it, both last changed so long ago. */
async function folder(name: string, hours = 0): Promise<string> {
  const path = join(root, name);
  await mkdir(path);
  await writeFile(join(path, 'source'), 'some');
  await aged(join(path, 'source'), hours);
  await aged(path, hours);
  return path;
}

function aged(path: string, hours: number): Promise<void> {
  const then = new Date(Date.now() - hours * HOUR_MS);
  return utimes(path, then, then);
}

it('names folders after the host and the process, and removes them after use', async () => {
  const path = await withFolder(async (made) => {
    expect(basename(made).startsWith(`doul-media-${HOST}-${process.pid}-`)).toBe(true);
    expect(existsSync(made)).toBe(true);
    return made;
  });
  expect(existsSync(path)).toBe(false);
});

it('says when there is too little space', async () => {
  await requireSpace(1);
  await expect(requireSpace(2 ** 50)).rejects.toThrow('bytes of temporary space are left');
});

describe.skipIf(!existsSync('/proc/self/stat'))('what is left of workers', () => {
  it('stays while its process is alive', async () => {
    const mine = await newFolder();
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    try {
      const pid = child.pid ?? 0;
      const theirs = await folder(`doul-media-${HOST}-${pid}-${await startOf(pid)}-abcdef`, 48);
      await removeOrphanedFiles();
      expect([existsSync(mine), existsSync(theirs)]).toEqual([true, true]);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('goes when its process has ended', async () => {
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    const pid = child.pid ?? 0;
    const left = await folder(`doul-media-${HOST}-${pid}-${await startOf(pid)}-abcdef`);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await removeOrphanedFiles();
    expect(existsSync(left)).toBe(false);
  });

  it('goes when another process has the number of its own now, as in a container that was started again', async () => {
    const start = Number(await startOf(process.pid));
    const left = await folder(`doul-media-${HOST}-${process.pid}-${start - 1}-abcdef`);
    await removeOrphanedFiles();
    expect(existsSync(left)).toBe(false);
  });

  it('is judged by the number alone where nobody knew when the process started', async () => {
    const left = await folder(`doul-media-${HOST}-${process.pid}-0-abcdef`);
    await removeOrphanedFiles();
    expect(existsSync(left)).toBe(true);
  });

  it('is of another host: stays until nothing changed in it for a day', async () => {
    // A number that no process here has.
    const theirs = (name: string, hours: number) => folder(`doul-media-other-host-${name}-4194999-77-abcdef`, hours);
    const [fresh, old, written] = [await theirs('fresh', 23), await theirs('old', 25), await theirs('written', 25)];
    await aged(join(written, 'source'), 1);
    const [unknown, oldUnknown] = [await folder('doul-media-17-abcdef', 23), await folder('doul-media-18-abcdef', 25)];
    const somebodys = await folder('somebody-else', 48);
    await removeOrphanedFiles();
    expect([fresh, written, unknown, somebodys].map(existsSync)).toEqual([true, true, true, true]);
    expect([old, oldUnknown].map(existsSync)).toEqual([false, false]);
  });

  it('is kept from other hosts as long as its process lives, since it says so again and again', async () => {
    const mine = await newFolder();
    await aged(mine, 25);
    await removeOrphanedFiles();
    expect(Date.now() - (await stat(mine)).mtimeMs).toBeLessThan(HOUR_MS);
  });
});
