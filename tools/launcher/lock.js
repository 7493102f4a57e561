import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { folder, readJson } from './layout.js';
import { isAlive, signalPid, stat } from './procs.js';

/** How long one command waits for another to finish, in ms. */
const WAIT_MS = 600_000;

/** @typedef {{ pid?: number, started?: number }} Holder */

/**
 * Ends the command that holds the lock, for `down`, which does not wait for an `up`.
 * @param {string} dir
 */
export function endHolder(dir) {
  const { pid, started } = readJson(join(dir, 'lock'), /** @type {Holder} */ ({}));
  if (pid !== undefined && pid !== process.pid && isAlive(pid, started)) signalPid(pid, 'SIGTERM');
}

/**
 * Runs one command of its kind at a time; the lock of a killed command is taken over.
 * @template T
 * @param {string} dir
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function locked(dir, work) {
  const path = join(folder(dir), 'lock');
  const mine = JSON.stringify({ pid: process.pid, started: stat(process.pid)?.started });
  for (const until = Date.now() + WAIT_MS; ;) {
    try {
      writeFileSync(path, mine, { flag: 'wx' });
      break;
    } catch {
      const holder = readJson(path, /** @type {Holder} */ ({}));
      if (holder.pid !== undefined && !isAlive(holder.pid, holder.started)) rmSync(path, { force: true });
      else if (Date.now() > until) throw new Error(`another command holds ${path}`);
      await sleep(100);
    }
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}
