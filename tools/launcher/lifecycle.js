import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from './control.js';
import { logFile } from './instance.js';
import { ROOT, readJson } from './layout.js';
import { endAll, isAlive, marks, processesOf, stat } from './procs.js';
import { loadProfile } from './profile.js';
import { Problem } from './ui.js';

/** How long leftover layers, and then everything else, may take to stop, in ms. */
const GRACE_MS = { layers: 12_000, rest: 20_000 };

/** A supervisor that has not stopped everything by then is ended too, in ms. */
const SHUTDOWN_MS = 60_000;

/** @param {string} dir */
export const supervisorRuns = async (dir) => (await ask(dir, { command: 'status' })) !== undefined;

/**
 * Ends what runs of a profile without a supervisor: layers first, so that they can still finish their work.
 * @param {string} name
 * @param {string} dir
 * @returns {Promise<number>} how many processes there were
 */
export async function sweep(name, dir) {
  /** @type {{ kind: string, pid: number, started: number }[]} */
  const recorded = readJson(join(dir, 'pids.json'), []);
  const layers = () =>
    recorded.filter(({ kind, pid, started }) => kind === 'layer' && isAlive(pid, started)).flatMap(({ pid }) => stat(pid) ?? []);
  const first = await endAll(layers, GRACE_MS.layers);
  return first + (await endAll(() => processesOf(name, dir), GRACE_MS.rest));
}

/**
 * Starts the supervisor of a profile unless it runs.
 * @param {string} name
 * @returns {Promise<import('./profile.js').Profile>}
 */
export async function ensureSupervisor(name) {
  const profile = await loadProfile(name);
  if (await supervisorRuns(profile.dir)) return profile;
  await sweep(name, profile.dir);
  const checked = await loadProfile(name, { recheckPorts: true });
  const log = openSync(logFile(profile.dir, 'supervisor'), 'a');
  const main = fileURLToPath(new URL('main.js', import.meta.url));
  const child = spawn(process.execPath, [main, 'supervise', name], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, ...marks(name) },
  });
  closeSync(log);
  child.unref();
  for (let tries = 0; tries < 200; tries += 1) {
    if (await supervisorRuns(profile.dir)) return checked;
    if (child.exitCode !== null) break;
    await sleep(50);
  }
  throw new Problem(`the supervisor did not start; see ${logFile(profile.dir, 'supervisor')}`);
}

/** The end of a log, for the message about a failure. @param {string} dir @param {string} unit */
function lastWords(dir, unit) {
  const lines = existsSync(logFile(dir, unit)) ? readFileSync(logFile(dir, unit), 'utf8').trimEnd().split('\n').slice(-6) : [];
  return [`\n${unit} said last (more: ./doul logs ${unit}):`, ...lines.map((line) => `  ${line.slice(0, 300)}`)].join('\n');
}

/**
 * Asks the supervisor, and fails when it refuses or is gone.
 * @param {string} dir
 * @param {import('./control.js').Request} request
 * @param {(answer: import('./control.js').Answer) => void} [onEvent]
 */
export async function order(dir, request, onEvent) {
  const answer = await ask(dir, request, onEvent);
  if (!answer) throw new Problem('nothing runs; start it with: ./doul up');
  if (answer.ok) return answer;
  const failed = /** @type {string[]} */ (answer['failed'] ?? []);
  throw new Problem([String(answer.error), ...failed.map((unit) => lastWords(dir, unit))].join('\n'));
}

/**
 * Stops everything of a profile, whatever state it is in.
 * @param {string} name
 * @returns {Promise<number>} processes that had to be ended without the supervisor
 */
export async function takeDown(name) {
  const { dir } = await loadProfile(name);
  const answered = ask(dir, { command: 'shutdown' });
  await Promise.race([answered, sleep(SHUTDOWN_MS, undefined, { ref: false })]);
  // The supervisor leaves just after its answer.
  await sleep(150);
  const left = await sweep(name, dir);
  rmSync(join(dir, 'control.sock'), { force: true });
  rmSync(join(dir, 'pids.json'), { force: true });
  return left;
}
