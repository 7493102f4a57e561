import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { ROOT, folder, HOME } from './layout.js';
import { Problem } from './ui.js';

/**
 * Runs a program with the terminal as its own.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, signal?: AbortSignal }} [options]
 * @returns {Promise<number>} its exit code
 */
export const runShown = (command, args, { env = process.env, cwd = ROOT, signal } = {}) =>
  new Promise((done, failed) => {
    const child = spawn(command, args, { cwd, env, stdio: 'inherit', ...(signal ? { signal, killSignal: 'SIGTERM' } : {}) });
    child.once('error', (error) => (error.name === 'AbortError' ? done(124) : failed(error)));
    child.once('exit', (code, by) => done(code ?? (by ? 128 : 1)));
  });

/**
 * Runs a program beside another one that has the terminal: what it prints is shown when it has ended.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, signal?: AbortSignal, before?: () => Promise<unknown> }} [options] what has to end before
 *   anything is shown
 * @returns {Promise<number>} its exit code
 */
export const runBeside = (command, args, { env = process.env, cwd = ROOT, signal, before = () => Promise.resolve() } = {}) =>
  new Promise((done, failed) => {
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(signal ? { signal, killSignal: 'SIGTERM' } : {}),
    });
    /** @type {Buffer[]} */
    const said = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (/** @type {Buffer} */ data) => said.push(data));
    let failure = /** @type {Error | undefined} */ (undefined);
    child.once('error', (error) => (failure = error));
    const show = (/** @type {number | null} */ code) => {
      process.stdout.write(Buffer.concat(said));
      if (failure && failure.name !== 'AbortError') failed(failure);
      else done(failure ? 124 : (code ?? 1));
    };
    child.once('close', (code) => void before().then(() => show(code), failed));
  });

/**
 * Runs a program silently; its output goes to `.doul/setup.log`, and its last lines into the failure.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string }} [options]
 * @returns {Promise<string>} what it printed
 */
export const runQuiet = (command, args, { env = process.env, cwd = ROOT } = {}) =>
  new Promise((done, failed) => {
    const log = createWriteStream(`${folder(HOME)}/setup.log`, { flags: 'a' });
    log.write(`\n$ ${command} ${args.join(' ')}\n`);
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        said = (said + data).slice(-100_000);
        log.write(data);
      });
    }
    child.once('error', failed);
    child.once('close', (code) => {
      log.end();
      if (code === 0) done(said);
      else failed(new Problem(`${command} ${args.join(' ')}\nended with code ${code}:\n${said.trim().split('\n').slice(-15).join('\n')}`));
    });
  });
