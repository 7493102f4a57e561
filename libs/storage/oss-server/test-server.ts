import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OSS from 'ali-oss';
import { startOssServer, type RunningOss } from './server.js';
import type { OssOptions } from './oss.js';

export const KEYS = { accessKeyId: 'test-key', accessKeySecret: 'test-secret-of-the-key' } as const;
export const BUCKET = 'media';

export interface TestServer extends RunningOss {
  readonly dir: string;
  /** The SDK as published, pointed at this server. */
  client(options?: Partial<OSS.Options>): OSS;
  /** Address of an object without a signature. */
  url(key: string): string;
}

/** The server on a free port over a folder of its own; `close` removes both. */
export async function startTestServer(options: Partial<OssOptions> = {}): Promise<TestServer> {
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'doul-oss-')));
  const server = await startOssServer({ ...KEYS, bucket: BUCKET, port: 0, ...options, dir });
  return {
    ...server,
    dir,
    client: (changes = {}) => {
      const settings = { ...KEYS, bucket: BUCKET, endpoint: server.endpoint, region: 'oss-cn-hangzhou', sldEnable: true, ...changes };
      return new OSS(settings);
    },
    url: (key) => `${server.endpoint}/${BUCKET}/${key.split('/').map(encodeURIComponent).join('/')}`,
    close: async () => {
      await server.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
