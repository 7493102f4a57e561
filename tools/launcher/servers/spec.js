import { join } from 'node:path';
import { folder, isRoot } from '../layout.js';

/**
 * @typedef {{
 *   name: string,
 *   kind: 'server' | 'layer',
 *   needs: string[],
 *   command: string,
 *   args: string[],
 *   cwd: string,
 *   env: Record<string, string>,
 *   port?: number,
 *   uid?: number,
 *   gid?: number,
 *   prepare?: () => Promise<void> | void,
 *   ready: (pid: number) => Promise<boolean>,
 *   readyMs: number,
 *   stopSignal: NodeJS.Signals,
 *   stopMs: number,
 *   afterStop?: () => Promise<void> | void,
 * }} Spec
 *   How one process is started, known to be ready, and stopped. Times in ms.
 */

/** A server gets what it needs of the environment and none of the secrets of the layers. */
const PASSED_ON = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'JAVA_HOME'];

export const serverEnv = () => {
  const env = Object.fromEntries(
    PASSED_ON.flatMap((name) => (process.env[name] === undefined ? [] : [[name, /** @type {string} */ (process.env[name])]])),
  );
  return { ...env, PATH: `${env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin` };
};

/**
 * What most servers have in common.
 * @param {import('../profile.js').Profile} profile
 * @param {string} name
 * @returns {Pick<Spec, 'name' | 'kind' | 'needs' | 'cwd' | 'env' | 'readyMs' | 'stopSignal' | 'stopMs'>}
 */
export const serverBasics = (profile, name) => ({
  name,
  kind: 'server',
  needs: [],
  cwd: folder(profile.dir, name),
  env: serverEnv(),
  readyMs: 60_000,
  stopSignal: 'SIGTERM',
  stopMs: 15_000,
});

export { folder, isRoot, join };
