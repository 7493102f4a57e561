import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from './layout.js';

/** @typedef {{ pid: number, parent: number, group: number, state: string, started: number }} Stat */

/**
 * One process as /proc shows it; undefined when it is gone. `started` is in clock ticks since boot and, with the pid, names a process for good.
 * @param {number} pid
 * @returns {Stat | undefined}
 */
export function stat(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name is in parentheses and may hold anything.
    const [state = '', parent, group, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { pid, parent: Number(parent), group: Number(group), state, started: Number(rest[16]) };
  } catch {
    return undefined;
  }
}

/**
 * A zombie counts as dead: pid 1 of a container may never collect it.
 * @param {number} pid
 * @param {number} [started]
 */
export function isAlive(pid, started) {
  const found = stat(pid);
  return found !== undefined && found.state !== 'Z' && found.state !== 'X' && (started === undefined || found.started === started);
}

export const allProcesses = () =>
  readdirSync('/proc').flatMap((name) => {
    const found = /^\d+$/.test(name) ? stat(Number(name)) : undefined;
    return found && found.state !== 'Z' ? [found] : [];
  });

/** What every process of a profile has in its environment, and no other process. @param {string} profile */
export const marks = (profile) => ({ DOUL_ROOT: ROOT, DOUL_PROFILE: profile });

/** @param {number} pid @param {string} profile */
function isMarked(pid, profile) {
  try {
    const entries = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    return Object.entries(marks(profile)).every(([name, value]) => entries.includes(`${name}=${value}`));
  } catch {
    return false;
  }
}

/** nginx overwrites its environment with its title, so it is known by running inside its own private directory. @param {number} pid @param {string} dir */
function isNginxIn(pid, dir) {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`)).startsWith('nginx') && readlinkSync(`/proc/${pid}/cwd`).startsWith(`${dir}/`);
  } catch {
    return false;
  }
}

/** This process and those that started it. */
function ownLine() {
  const line = new Set([process.pid]);
  for (let at = stat(process.pid); at && at.parent > 1; at = stat(at.parent)) line.add(at.parent);
  return line;
}

/**
 * Every process of a profile, however it was started and whoever its parent is now.
 * @param {string} profile
 * @param {string} dir
 */
export function processesOf(profile, dir) {
  const own = ownLine();
  return allProcesses().filter(({ pid }) => !own.has(pid) && (isMarked(pid, profile) || isNginxIn(pid, dir)));
}

/** @param {number} pid @param {NodeJS.Signals} signal */
export function signalPid(pid, signal) {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** @param {number} group @param {NodeJS.Signals} signal */
export const signalGroup = (group, signal) => signalPid(-group, signal);

/**
 * Ends processes: politely, and by force after the grace.
 * @param {() => Stat[]} find
 * @param {number} graceMs
 * @returns {Promise<number>} how many there were
 */
export async function endAll(find, graceMs) {
  const first = find();
  for (const { pid } of first) {
    signalPid(pid, 'SIGTERM');
    signalPid(pid, 'SIGCONT');
  }
  const until = Date.now() + graceMs;
  while (first.length > 0 && Date.now() < until && find().length > 0) await sleep(50);
  for (let tries = 0; tries < 40; tries += 1) {
    const left = find();
    if (left.length === 0) break;
    for (const { pid } of left) signalPid(pid, 'SIGKILL');
    await sleep(50);
  }
  return first.length;
}

/** Resident memory of a process group, in bytes. @param {number} group @param {Stat[]} processes */
export const groupMemory = (group, processes) =>
  processes.filter((one) => one.group === group).reduce((sum, { pid }) => sum + memoryOf(pid), 0);

/** @param {number} pid */
function memoryOf(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
