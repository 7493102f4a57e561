import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, expect, it, vi } from 'vitest';
import type { ClaimedVideo } from '../../model/media-job.repository.js';
import { SourceFiles } from './source-files.js';

let fetched = 0;
const getStream = async (): Promise<Readable> => {
  fetched += 1;
  return Readable.from([Buffer.from('film')]);
};
vi.mock('@doul/storage', async (original) => ({ ...(await original<object>()), objectStore: () => ({ getStream: () => getStream() }) }));

const folder = await mkdtemp(join(tmpdir(), 'doul-source-files-'));
vi.stubEnv('MEDIA_TEMP_DIR', folder);
vi.stubEnv('MEDIA_TEMP_RESERVE_BYTES', '0');
const files = new SourceFiles();
afterAll(async () => {
  await files.onApplicationShutdown();
  await rm(folder, { recursive: true, force: true });
});

const video = { id: 1, objectKey: 'originals/1.mp4', sizeBytes: 4 } as ClaimedVideo;
const text = (of: ClaimedVideo): Promise<string> =>
  files.with(of, { signal: new AbortController().signal }, ({ path }) => readFile(path, 'utf8'));

it('asks for room for what is made of a file, also when the file is there already', async () => {
  const large = { ...video, sizeBytes: 2 ** 60 };
  await expect(text(large)).rejects.toThrow('bytes of temporary space are left');
  expect(fetched).toBe(0);
  expect([await text(video), await text(video), fetched]).toEqual(['film', 'film', 1]);
  await expect(text(large)).rejects.toThrow('bytes of temporary space are left');
  expect([await text(video), fetched]).toEqual(['film', 1]);
});
