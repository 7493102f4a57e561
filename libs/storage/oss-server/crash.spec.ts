import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import OSS from 'ali-oss';
import { BUCKET, KEYS } from './test-server.js';

const root = resolve(import.meta.dirname, '../../..');
/** Below node_modules, so that the built server finds its packages. */
const built = join(root, 'node_modules/.cache', `doul-oss-${process.pid}`);
let dir: string;
const started: ChildProcess[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'doul-oss-crash-'));
  await mkdir(built, { recursive: true });
  const swc = join(root, 'node_modules/.bin/swc');
  const args = ['libs/storage/oss-server', '--ignore', '**/*spec.ts', '-d', built, '--config-file', '.swcrc', '--quiet'];
  await promisify(execFile)(swc, args, { cwd: root });
});
afterAll(async () => {
  for (const child of started) child.kill('SIGKILL');
  await rm(dir, { recursive: true, force: true });
  await rm(built, { recursive: true, force: true });
});

async function start(): Promise<{ child: ChildProcess; oss: OSS }> {
  const env = { OSS_SERVER_PORT: '0', OSS_SERVER_DIR: dir, OSS_BUCKET: BUCKET };
  const keys = { OSS_ACCESS_KEY_ID: KEYS.accessKeyId, OSS_ACCESS_KEY_SECRET: KEYS.accessKeySecret };
  const child = spawn(process.execPath, [join(built, 'libs/storage/oss-server/main.js')], { env: { ...process.env, ...env, ...keys } });
  started.push(child);
  child.stderr.pipe(process.stderr);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { endpoint } = JSON.parse(line.toString()) as { endpoint: string };
  return { child, oss: new OSS({ ...KEYS, bucket: BUCKET, endpoint, region: 'oss-cn-hangzhou', sldEnable: true } as OSS.Options) };
}

it('keeps what was acknowledged and nothing else when it is killed in the middle of a put', async () => {
  const first = await start();
  await first.oss.put('kept.txt', Buffer.from('kept'));
  await first.oss.put('overwritten.txt', Buffer.from('before'));
  const { uploadId } = await first.oss.initMultipartUpload('parts.bin');
  await first.oss.uploadPart('parts.bin', uploadId, 1, Buffer.from('part'), 0, 4);
  const halves = ['half.bin', 'overwritten.txt'].map((key) => {
    const body = new PassThrough();
    body.write(Buffer.alloc(500_000));
    return first.oss.putStream(key, body).catch((error: Error) => error);
  });
  await expect.poll(() => readdir(join(dir, BUCKET, 'tmp'))).toHaveLength(2);
  first.child.kill('SIGKILL');
  for (const half of await Promise.all(halves)) expect(half).toBeInstanceOf(Error);

  const { oss } = await start();
  const { objects } = await oss.listV2({});
  expect(objects.map((each) => each.name)).toEqual(['kept.txt', 'overwritten.txt']);
  expect(((await oss.get('overwritten.txt')).content as Buffer).toString()).toBe('before');
  expect(await readdir(join(dir, BUCKET, 'tmp'))).toEqual([]);
  const part = (await oss.listParts('parts.bin', uploadId)).parts as unknown as { ETag: string };
  await oss.completeMultipartUpload('parts.bin', uploadId, [{ number: 1, etag: part.ETag }]);
  expect(((await oss.get('parts.bin')).content as Buffer).toString()).toBe('part');
  await oss.putStream('half.bin', Readable.from([Buffer.from('whole')]));
  expect(((await oss.get('half.bin')).content as Buffer).toString()).toBe('whole');
});
