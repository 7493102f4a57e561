import type { ObjectStore } from '@doul/storage';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, expect, it, vi } from 'vitest';
import { fetchTo } from './media-set.js';

const folder = await mkdtemp(join(tmpdir(), 'doul-media-set-'));
vi.stubEnv('MEDIA_TEMP_DIR', folder);
vi.stubEnv('MEDIA_TEMP_RESERVE_BYTES', '0');
afterAll(() => rm(folder, { recursive: true, force: true }));

/** More than any disk has. */
const FAR_TOO_MUCH = 2 ** 60;
const signal = new AbortController().signal;

const storeOf = (size: number): ObjectStore =>
  ({ head: async () => ({ size }), getStream: async () => Readable.from([Buffer.from('film')]) }) as unknown as ObjectStore;

it('fetches an object where there is room for it and for what is made of it', async () => {
  const path = join(folder, 'play.mp4');
  await fetchTo(storeOf(4), 'key', path, 100, signal);
  expect(await readFile(path, 'utf8')).toBe('film');
});

it.each([
  ['the object', FAR_TOO_MUCH, 0],
  ['what is made of it', 4, FAR_TOO_MUCH],
])('fetches nothing where there is no room for %s', async (_, size, madeBytes) => {
  const path = join(folder, 'too-large.mp4');
  await expect(fetchTo(storeOf(size), 'key', path, madeBytes, signal)).rejects.toThrow('bytes of temporary space are left');
  expect(existsSync(path)).toBe(false);
});
