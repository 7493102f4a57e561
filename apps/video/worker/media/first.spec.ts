import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { see } from './decode.js';
import { examineFile } from './examine.js';
import { firstPicture } from './first-picture.js';
import { makeFirst, type FirstMade } from './first.js';
import { planLadder } from './ladder.js';
import { UndecodableError } from './undecodable.js';

const run = promisify(execFile);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'doul-first-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const COPIED = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '10'];
const ENCODED = ['-c:v', 'mpeg4', '-q:v', '4'];
const inputs = ['-f', 'lavfi', '-i', 'testsrc2=s=160x90:r=10:d=4', '-f', 'lavfi', '-i', 'sine=duration=4'];

/** A clip, some of whose bytes are overwritten between two moments of one of its streams. */
async function clip(name: string, codec: readonly string[], damaged?: { stream: 'v' | 'a'; from: number; to: number }): Promise<string> {
  const path = join(folder, `${name}.mp4`);
  await run('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...inputs, ...codec, '-c:a', 'aac', path]);
  if (!damaged) return path;
  const entries = ['-select_streams', damaged.stream, '-show_entries', 'packet=pts_time,pos,size', '-of', 'csv=p=0'];
  const { stdout } = await run('ffprobe', ['-v', 'error', ...entries, path]);
  const bytes = await readFile(path);
  for (const [at = 0, size = 0, pos = 0] of stdout.split('\n').map((line) => line.split(',').map(Number))) {
    if (at < damaged.from || at >= damaged.to) continue;
    for (let byte = pos; byte < pos + size; byte += 1) bytes[byte] = (byte * 7_919) % 251;
  }
  await writeFile(path, bytes);
  return path;
}

/** What a worker makes of a clip that its examination lets pass. */
async function madeOf(path: string): Promise<FirstMade & { files: string[]; isCopied: boolean }> {
  const source = await examineFile(path);
  if (!source.ok) throw new Error(`the clip is refused: ${source.reason}`);
  const { first } = planLadder(source);
  const folders = { parts: `${path}.parts`, made: `${path}.made` };
  await Promise.all([mkdir(folders.parts), mkdir(folders.made)]);
  const result = await makeFirst({ path, source, first }, folders, { nonce: 'n' });
  return { ...result, files: (await readdir(folders.made)).sort(), isCopied: first.copyPicture };
}

describe('a picture', () => {
  it.each([
    ['copied', COPIED],
    ['encoded', ENCODED],
  ] as const)('that is %s is refused when far fewer frames are decoded than there should be', async (name, codec) => {
    const path = await clip(`half-${name}`, codec);
    const source = await examineFile(path);
    if (!source.ok) throw new Error(source.reason);
    expect(await see(path, source.pictureStream, source.pictureMs, {})).toBe(40);
    const { first } = planLadder(source);
    expect((await firstPicture(path, source, first, folder)).glimpses).toHaveLength(4);
    await expect(firstPicture(path, { ...source, frames: source.frames * 2 }, first, folder)).rejects.toThrow('40 of 80 frames');
  });
});

describe('the first rendition', () => {
  it('has square pixels where those of its source are not, also when it is as large as the source is shown', async () => {
    const path = join(folder, 'wide-pixels.mp4');
    await run('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...inputs, '-vf', 'setsar=9/8', ...COPIED, path]);
    const { made, isCopied } = await madeOf(path);
    expect(isCopied).toBe(false);
    expect(made).toMatchObject({ width: 160, height: 80 });
    const shape = ['-show_entries', 'stream=width,height,sample_aspect_ratio', '-select_streams', 'v', '-of', 'csv=p=0'];
    const { stdout } = await run('ffprobe', ['-v', 'error', ...shape, join(`${path}.made`, 'play.mp4')]);
    expect(stdout.trim()).toBe('160,80,1:1');
  });

  it('is made of a picture that begins long after its sound', async () => {
    const path = join(folder, 'late.mkv');
    await run('ffmpeg', ['-v', 'error', '-nostdin', '-y', '-itsoffset', '3', ...inputs, ...ENCODED, '-c:a', 'aac', path]);
    const { made } = await madeOf(path);
    expect(Math.abs(made.durationMs - 7_000)).toBeLessThan(200);
  });

  it.each([
    ['copied', COPIED, true],
    ['encoded', ENCODED, false],
  ] as const)('of a picture that is %s has a progressive file, one for HLS, and a cover', async (name, codec, isCopied) => {
    const made = await madeOf(await clip(name, codec));
    expect(made.isCopied).toBe(isCopied);
    expect(made.files).toEqual(['90p.m3u8', '90p.mp4', 'cover-n.jpg', 'cover-small-n.jpg', 'play.mp4']);
    expect(made.made).toMatchObject({ width: 160, height: 90, durationMs: 4_000 });
    expect(made.cover.blurhash).toHaveLength(28);
  });

  it.each([
    ['a copied picture, from its beginning', COPIED, { stream: 'v', from: 0, to: 4 }],
    ['a copied picture, in its middle', COPIED, { stream: 'v', from: 2, to: 3 }],
    ['a copied picture, at its end', COPIED, { stream: 'v', from: 3.5, to: 4 }],
    ['an encoded picture, in its middle', ENCODED, { stream: 'v', from: 1, to: 2 }],
    ['an encoded picture, at its end', ENCODED, { stream: 'v', from: 3.5, to: 4 }],
    ['the sound of a copied picture', COPIED, { stream: 'a', from: 2, to: 4 }],
    ['the sound of an encoded picture', ENCODED, { stream: 'a', from: 2, to: 4 }],
  ] as const)('is not made where something is damaged: %s', async (name, codec, damaged) => {
    const path = await clip(name, codec, damaged);
    await expect(madeOf(path)).rejects.toThrow(UndecodableError);
  });
});
