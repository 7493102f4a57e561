import { existsSync, readFileSync } from 'node:fs';
import { firstOnPath } from '../binaries.js';
import { environment } from '../environment.js';
import { reachableByAll, ROOT } from '../layout.js';
import { httpAnswers, tcpAnswers } from '../probes.js';
import { folder, isRoot, join, serverBasics } from './spec.js';

const GATEWAY_MAIN = join(ROOT, 'dist/tools/gateway/main.js');

/** @param {import('../profile.js').Profile} profile */
const edgeDir = (profile) => folder(profile.dir, 'nginx');

/** @param {string} path */
function pidIn(path) {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * The process that keeps nginx's list of instances equal to etcd's; undefined until it is built.
 * @param {import('../profile.js').Profile} profile
 * @returns {import('./spec.js').Spec | undefined}
 */
export function gateway(profile) {
  if (!existsSync(GATEWAY_MAIN)) return undefined;
  const dir = edgeDir(profile);
  const { BIND_ADDRESS: _, ...variables } = environment(profile);
  return {
    ...serverBasics(profile, 'gateway'),
    needs: ['etcd'],
    command: process.execPath,
    args: [GATEWAY_MAIN],
    env: {
      ...serverBasics(profile, 'gateway').env,
      ...variables,
      GATEWAY_DIR: dir,
      GATEWAY_LISTEN: variables['GATEWAY_LISTEN'] ?? `127.0.0.1:${profile.ports.nginx}`,
      NGINX_PATH: firstOnPath('nginx') ?? 'nginx',
      NGINX_USER: isRoot ? (reachableByAll(dir) ? 'www-data' : 'root') : '',
    },
    ready: async (pid) => pidIn(join(dir, 'gateway.pid')) === pid,
  };
}

/**
 * @param {import('../profile.js').Profile} profile
 * @returns {import('./spec.js').Spec | undefined}
 */
export function nginx(profile) {
  if (!existsSync(GATEWAY_MAIN)) return undefined;
  const dir = edgeDir(profile);
  return {
    ...serverBasics(profile, 'nginx'),
    needs: ['gateway'],
    command: firstOnPath('nginx') ?? 'nginx',
    args: ['-e', 'stderr', '-p', `${dir}/`, '-c', 'nginx.conf'],
    port: profile.ports.nginx,
    ready: () => tcpAnswers(profile.ports.nginx),
    stopSignal: 'SIGQUIT',
    stopMs: 5_000,
  };
}

/** Whether the API layers answer through nginx. @param {import('../profile.js').Profile} profile */
export const frontDoorAnswers = (profile) => httpAnswers(`http://127.0.0.1:${profile.ports.nginx}/readyz`);
