import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { HOME, folder, profileDir, readJson, writeJson } from './layout.js';
import { choosePorts } from './ports.js';

/**
 * @typedef {'production-shape' | 'all-in-one' | 'servers-only'} Mode
 * @typedef {{ jwt: string, mysql: string, redis: string, rabbitmq: string, ossKeyId: string, ossKeySecret: string }} Secrets
 * @typedef {{ mode: Mode, overrides: Record<string, string>, elasticsearch: boolean }} Run
 *   What the last `up` asked for; `overrides` are the variables of the environment that it found.
 * @typedef {{ name: string, dir: string, ports: import('./ports.js').Ports, secrets: Secrets, run: Run }} Profile
 */

/** A server is not started when its variable names one that runs elsewhere. */
export const SERVER_OF_VARIABLE = /** @type {const} */ ({
  MYSQL_URL: 'mysql',
  REDIS_URL: 'redis',
  ETCD_HOSTS: 'etcd',
  RABBITMQ_URL: 'rabbitmq',
  ELASTICSEARCH_URL: 'elasticsearch',
  OSS_ENDPOINT: 'oss',
});

/** Variables that win over what this command would set. */
const OVERRIDABLE = [
  ...Object.keys(SERVER_OF_VARIABLE),
  'PUBLIC_URL',
  'MEDIA_BASE_URL',
  'TZ_NAME',
  'ETCD_NAMESPACE',
  'MYSQL_TYPE',
  'OSS_REGION',
  'OSS_BUCKET',
  'OSS_ACCESS_KEY_ID',
  'OSS_ACCESS_KEY_SECRET',
  'OSS_SLD',
  'OSS_SIGNED_BASE_URL',
  'PUBLISH_MAX_BYTES',
  'UPLOAD_MAX_BYTES',
  'UPLOAD_PART_BYTES',
  'UPLOAD_MAX_OPEN',
  'UPLOAD_LIFETIME_S',
  'UPLOAD_URL_S',
  'JWT_SECRET',
  'FFMPEG_PATH',
  'FFPROBE_PATH',
  'RATE_LIMITS',
  'CORS_ORIGINS',
  'TRUSTED_HOPS',
  'LOG_LEVEL',
  'GATEWAY_LISTEN',
];

const PROFILE_NAME = /^[a-z][a-z0-9-]{0,30}$/;
const RESERVED = ['cache'];

/** @param {string} name */
export function checkProfileName(name) {
  if (!PROFILE_NAME.test(name) || RESERVED.includes(name)) throw new Error(`"${name}" cannot be the name of a profile`);
}

/** @returns {Secrets} the secrets of this checkout, made once; only its owner can read them */
function loadSecrets() {
  const path = join(HOME, 'secrets.json');
  const known = readJson(path, /** @type {Partial<Secrets>} */ ({}));
  const make = () => randomBytes(24).toString('hex');
  const secrets = {
    jwt: known.jwt ?? make(),
    mysql: known.mysql ?? make(),
    redis: known.redis ?? make(),
    rabbitmq: known.rabbitmq ?? make(),
    ossKeyId: known.ossKeyId ?? `doul${randomBytes(8).toString('hex')}`,
    ossKeySecret: known.ossKeySecret ?? make(),
  };
  if (JSON.stringify(known) !== JSON.stringify(secrets)) writeJson(path, secrets, 0o600);
  chmodSync(path, 0o600);
  return secrets;
}

const portsFile = (/** @type {string} */ dir) => join(dir, 'ports.json');
const runFile = (/** @type {string} */ dir) => join(dir, 'run.json');

/**
 * A profile as the last `up` left it; a new one gets free ports, remembered from then on.
 * @param {string} name
 * @param {{ recheckPorts?: boolean }} [options] whether nothing of it runs, so that a taken port is somebody else's
 * @returns {Promise<Profile>}
 */
export async function loadProfile(name, { recheckPorts = false } = {}) {
  checkProfileName(name);
  const dir = folder(profileDir(name));
  const known = readJson(portsFile(dir), /** @type {Partial<import('./ports.js').Ports>} */ ({}));
  const complete = existsSync(portsFile(dir)) && !recheckPorts;
  const ports = complete ? /** @type {import('./ports.js').Ports} */ (known) : await choosePorts(known);
  if (!complete) writeJson(portsFile(dir), ports);
  /** @type {Run} */
  const fresh = { mode: 'production-shape', overrides: {}, elasticsearch: true };
  return { name, dir, ports, secrets: loadSecrets(), run: { ...fresh, ...readJson(runFile(dir), {}) } };
}

/**
 * @param {Profile} profile
 * @param {Run} run
 */
export function saveRun(profile, run) {
  profile.run = run;
  writeJson(runFile(profile.dir), run, 0o600);
}

/** @param {Profile} profile */
export const externalServers = (profile) =>
  Object.entries(SERVER_OF_VARIABLE).flatMap(([variable, server]) => (variable in profile.run.overrides ? [server] : []));

/**
 * The variables of an environment that `up` takes over. Those that came from `doul env` are not the user's wish.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Record<string, string>}
 */
export function overridesIn(env) {
  const printed = (env['DOUL_ENV'] ?? '').split(',');
  return Object.fromEntries(OVERRIDABLE.flatMap((name) => (env[name] === undefined || printed.includes(name) ? [] : [[name, env[name]]])));
}
