import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { framesSize, type Frames } from '../media/frames.js';
import type { Rendition } from '../media/ladder.js';
import type { Source } from '../media/source.js';
import { FrameFiles } from './frame-files.js';

const REST = [{ name: '360p', width: 64, height: 36, fps: 10 } as Rendition];
const SECOND = { durationMs: 1_000 } as Source;
const BYTES = framesSize(SECOND, REST);

const folder = await mkdtemp(join(tmpdir(), 'doul-frame-files-'));
vi.stubEnv('MEDIA_TEMP_DIR', folder);
vi.stubEnv('MEDIA_TEMP_RESERVE_BYTES', '0');
vi.stubEnv('MEDIA_FRAMES_BYTES', String(2 * BYTES));
afterAll(() => rm(folder, { recursive: true, force: true }));

let files: FrameFiles;
beforeEach(() => {
  files = new FrameFiles();
  onTestFinished(() => files.onApplicationShutdown());
});

/** Writes the frames of a video; where they are, or undefined when there was no place for them. */
const written = (video: number, source = SECOND): Promise<string | undefined> =>
  files.write(video, source, REST, async (frames) => {
    if (frames) await writeFile(frames.path, Buffer.alloc(frames.bytes));
    return frames?.path;
  });
const read = (video: number): Promise<string | undefined> => files.read(video, REST, async ({ path }) => path);

it('keeps the frames of a video until they are given up', async () => {
  const path = await written(1);
  expect(await read(1)).toBe(path);
  expect(await read(2)).toBeUndefined();
  await files.drop(1);
  expect(await read(1)).toBeUndefined();
});

it('has nothing of frames whose writer failed, though the file has those of another video', async () => {
  await written(1);
  await files.drop(1);
  const failing = files.write(2, SECOND, REST, async (frames) => {
    await writeFile((frames as Frames).path, Buffer.alloc(BYTES));
    throw new Error('damaged');
  });
  await expect(failing).rejects.toThrow('damaged');
  expect(await read(2)).toBeUndefined();
});

it('has nothing of frames that are incomplete, or of another size', async () => {
  await files.write(1, SECOND, REST, async (frames) => writeFile((frames as Frames).path, 'some'));
  expect(await read(1)).toBeUndefined();
  await written(1);
  expect(await files.read(1, [{ ...REST[0], width: 128 } as Rendition], async () => 'read')).toBeUndefined();
});

it('writes the frames of the next video into the file of one that needs it no longer', async () => {
  const first = await written(1);
  await files.drop(1);
  expect(await written(2)).toBe(first);
  expect(await written(3)).not.toBe(first);
});

it('never writes into a file that somebody still reads or writes', async () => {
  const first = await written(1);
  await files.read(1, REST, async () => {
    await files.drop(1);
    expect(await written(2)).not.toBe(first);
  });
  await files.drop(2);
  await files.write(4, SECOND, REST, async (frames) => {
    await files.drop(4);
    expect(await written(5)).not.toBe(frames?.path);
  });
});

it('takes no more bytes than it may, files for the next videos included', async () => {
  const [first, second] = [await written(1), await written(2)];
  expect(await written(3)).toBeUndefined();
  await files.drop(1);
  await files.drop(2);
  const long = { durationMs: 2_000 } as Source;
  expect([first, second]).toContain(await written(4, long));
  expect([first, second].filter((path) => existsSync(path ?? ''))).toHaveLength(1);
  expect(await written(5, { durationMs: 2_100 } as Source)).toBeUndefined();
});

it('takes no more bytes than it may, however many look for a place at a time', async () => {
  const paths = await Promise.all([1, 2, 3].map((video) => written(video)));
  expect(paths.filter((path) => path === undefined)).toHaveLength(1);
  await Promise.all([1, 2, 3].map((video) => files.drop(video)));
  const again = await Promise.all([4, 5, 6].map((video) => written(video)));
  expect(new Set(again).size).toBe(3);
  expect(again.filter((path) => path !== undefined && !existsSync(path))).toEqual([]);
});

it('leaves nothing behind when the process stops', async () => {
  const paths = [await written(1), await written(2)];
  await files.drop(1);
  await files.onApplicationShutdown();
  expect(paths.filter((path) => existsSync(path ?? ''))).toEqual([]);
});
