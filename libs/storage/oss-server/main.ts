import { startOssServer } from './server.js';

/**
 * The bundled object store as a process of its own. Environment: OSS_SERVER_PORT (default 9000), OSS_SERVER_HOST (default: loopback
 * only), OSS_SERVER_DIR, OSS_BUCKET, OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET, and OSS_REGION where signatures must name one.
 */
function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set`);
  return value;
}

const region = process.env['OSS_REGION']?.replace(/^oss-/, '') || undefined;
const server = await startOssServer(
  {
    port: Number(process.env['OSS_SERVER_PORT'] ?? 9_000),
    host: process.env['OSS_SERVER_HOST'] || undefined,
    dir: required('OSS_SERVER_DIR'),
    bucket: required('OSS_BUCKET'),
    accessKeyId: required('OSS_ACCESS_KEY_ID'),
    accessKeySecret: required('OSS_ACCESS_KEY_SECRET'),
    region,
  },
  (error) => console.error(error),
);
console.log(JSON.stringify({ msg: 'object store listens', endpoint: server.endpoint, pid: process.pid }));

const stop = (): void => void server.close().then(() => process.exit(0));
process.once('SIGTERM', stop).once('SIGINT', stop);
