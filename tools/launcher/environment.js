import { join } from 'node:path';
import { firstOnPath } from './binaries.js';
import { profileDir } from './layout.js';
import { marks } from './procs.js';

/**
 * Variables of the layers, tools and tests of a profile.
 * @param {import('./profile.js').Profile} profile
 * @returns {Record<string, string>}
 */
export function environment({ name, ports, secrets, run }) {
  const publicUrl = run.overrides['PUBLIC_URL'] ?? `http://127.0.0.1:${ports.nginx}`;
  return {
    NODE_ENV: name === 'test' ? 'test' : 'development',
    PUBLIC_URL: publicUrl,
    MEDIA_BASE_URL: `${publicUrl}/media`,
    TZ_NAME: 'Asia/Shanghai',
    ETCD_HOSTS: `http://127.0.0.1:${ports.etcd}`,
    ETCD_NAMESPACE: 'doul',
    MYSQL_URL: `mysql://doul:${secrets.mysql}@127.0.0.1:${ports.mysql}`,
    MYSQL_TYPE: 'mariadb',
    REDIS_URL: `redis://:${secrets.redis}@127.0.0.1:${ports.redis}`,
    RABBITMQ_URL: `amqp://doul:${secrets.rabbitmq}@127.0.0.1:${ports.rabbitmq}`,
    ELASTICSEARCH_URL: run.elasticsearch ? `http://127.0.0.1:${ports.elasticsearch}` : '',
    OSS_ENDPOINT: `http://localhost:${ports.oss}`,
    OSS_REGION: 'oss-cn-hangzhou',
    OSS_BUCKET: 'doul',
    OSS_ACCESS_KEY_ID: secrets.ossKeyId,
    OSS_ACCESS_KEY_SECRET: secrets.ossKeySecret,
    OSS_SLD: 'true',
    // The bundled server is reached through nginx; any other store by its own address.
    OSS_SIGNED_BASE_URL: 'OSS_ENDPOINT' in run.overrides ? '' : `${publicUrl}/storage`,
    JWT_SECRET: secrets.jwt,
    FFMPEG_PATH: firstOnPath('ffmpeg') ?? 'ffmpeg',
    FFPROBE_PATH: firstOnPath('ffprobe') ?? 'ffprobe',
    MEDIA_TEMP_DIR: join(profileDir(name), 'tmp', 'media'),
    BIND_ADDRESS: '127.0.0.1',
    TRUSTED_HOPS: '1',
    RATE_LIMITS: 'on',
    CORS_ORIGINS: '*',
    ...run.overrides,
  };
}

const quote = (/** @type {string} */ value) => `'${value.replaceAll("'", `'\\''`)}'`;

/**
 * What the application's own programs run with.
 * @param {import('./profile.js').Profile} profile
 * @returns {NodeJS.ProcessEnv}
 */
export const applicationEnv = (profile) => ({ ...process.env, ...environment(profile), ...marks(profile.name) });

/**
 * Lines for `eval`; DOUL_ENV names the variables, so that a later `up` in the same shell does not take them for the user's own.
 * @param {string} profile
 * @param {Record<string, string>} variables
 */
export const exportLines = (profile, variables) =>
  [...Object.entries(variables), ['DOUL_PROFILE', profile], ['DOUL_ENV', Object.keys(variables).join(',')]]
    .map(([name, value]) => `export ${name}=${quote(/** @type {string} */ (value))}`)
    .join('\n');
