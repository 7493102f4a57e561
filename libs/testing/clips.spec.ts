import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CLIP_PATTERNS, ffmpegTestClips, makeClip } from './clips.js';

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'doul-clips-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const probe = async (path: string): Promise<string[]> => {
  const entries = ['-show_entries', 'stream=codec_name,width,height', '-of', 'compact=p=0:nk=1'];
  const { stdout } = await promisify(execFile)('ffprobe', ['-v', 'error', ...entries, path]);
  return stdout.trim().split('\n');
};

it('makes each pattern, portrait and landscape, with sound', async () => {
  const paths = await ffmpegTestClips(
    folder,
    CLIP_PATTERNS.map((pattern, at) => (at % 2 ? { pattern, seconds: 1 } : { pattern, seconds: 1, width: 640, height: 360 })),
  );
  expect(new Set(paths).size).toBe(CLIP_PATTERNS.length);
  expect(await probe(paths[0] ?? '')).toEqual(['h264|640|360', 'aac']);
  expect(await probe(paths[1] ?? '')).toEqual(['h264|360|640', 'aac']);
});

it('makes a look once, and leaves nothing else in the folder', async () => {
  const [first, again] = await Promise.all([makeClip(folder, { hue: 90, tone: 0 }), makeClip(folder, { tone: 0, hue: 90 })]);
  expect(again).toBe(first);
  const made = (await stat(first)).mtimeMs;
  await makeClip(folder, { hue: 90, tone: 0 });
  expect((await stat(first)).mtimeMs).toBe(made);
  expect(await probe(first)).toEqual(['h264|360|640']);
  expect((await readdir(folder)).filter((name) => name.includes('part'))).toEqual([]);
});

it('makes one that has to be encoded', async () => {
  const path = await makeClip(folder, { codec: 'mpeg4', seconds: 1 });
  expect(await probe(path)).toEqual(['mpeg4|360|640', 'aac']);
});
