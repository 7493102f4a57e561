import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { firstOnPath } from './binaries.js';
import { folder } from './layout.js';
import { signalGroup, signalPid, stat } from './procs.js';

/** @typedef {{ code: number | null, signal: NodeJS.Signals | null, at: number }} Exit */

/** A log that has grown past this at a start is set aside as `.1`, in bytes. */
const LOG_BYTES = 64 * 1024 * 1024;

/** @param {string} dir @param {string} name */
export const logFile = (dir, name) => join(folder(dir, 'logs'), `${name}.log`);

/** @param {string} path */
function openLog(path) {
  try {
    if (statSync(path).size > LOG_BYTES) renameSync(path, `${path}.1`);
  } catch {
    // There is none yet.
  }
  return openSync(path, 'a');
}

/** @type {string[] | undefined} */
let patience;

/**
 * What makes Linux let a program that wakes up wait its turn instead of interrupting the one that runs: with more programs at work than
 * processors each then gets further before the next, and finds more to do at once (docs/adr/0020). Nothing where that is not to be had.
 */
function patiently() {
  if (patience) return patience;
  const chrt = firstOnPath('chrt');
  const works = chrt !== undefined && spawnSync(chrt, ['--batch', '0', 'true']).status === 0;
  return (patience = works ? [chrt, '--batch', '0'] : []);
}

/** One run of a program. It leads its own process group, so it outlives this process and can be ended with all its children. */
export class Instance {
  readyAt = 0;
  /** Whether it is meant to end, so that its exit is no crash. */
  retired = false;

  /**
   * @param {import('./servers/spec.js').Spec} spec
   * @param {string} dir
   * @param {Record<string, string>} mark
   */
  constructor(spec, dir, mark) {
    this.spec = spec;
    this.startedAt = Date.now();
    const log = openLog(logFile(dir, spec.name));
    const { uid, gid } = spec;
    const [command, ...args] = /** @type {[string, ...string[]]} */ ([...patiently(), spec.command, ...spec.args]);
    const child = spawn(command, args, {
      cwd: spec.cwd,
      env: { ...spec.env, ...mark, DOUL_UNIT: spec.name },
      detached: true,
      stdio: ['ignore', log, log],
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
    });
    closeSync(log);
    this.pid = child.pid ?? 0;
    this.started = stat(this.pid)?.started ?? 0;
    /** @type {Exit | undefined} */
    this.exit = undefined;
    /** @type {Promise<Exit>} */
    this.exited = new Promise((done) => {
      const end = (/** @type {number | null} */ code, /** @type {NodeJS.Signals | null} */ signal) => {
        this.exit ??= { code, signal, at: Date.now() };
        // A leader that died alone would leave children on its ports.
        if (this.pid > 0) signalGroup(this.pid, 'SIGKILL');
        done(this.exit);
      };
      child.once('error', () => end(127, null));
      child.once('exit', end);
    });
  }

  /** @returns {Promise<boolean>} whether it became ready before it ended or its time was over */
  async waitReady() {
    const until = Date.now() + this.spec.readyMs;
    for (let pause = 30; !this.exit && Date.now() < until; pause = Math.min(pause * 1.3, 250)) {
      if (await this.spec.ready(this.pid)) {
        if (this.exit) return false;
        this.readyAt = Date.now();
        return true;
      }
      await sleep(pause);
    }
    return false;
  }

  /** Asks it to stop, and ends it by force when it takes too long. */
  async stop() {
    this.retired = true;
    if (this.exit || this.pid === 0) return;
    signalPid(this.pid, this.spec.stopSignal);
    signalGroup(this.pid, 'SIGCONT');
    const late = new AbortController();
    void sleep(this.spec.stopMs, undefined, { signal: late.signal }).then(
      () => signalGroup(this.pid, 'SIGKILL'),
      () => undefined,
    );
    await this.exited;
    late.abort();
  }
}
