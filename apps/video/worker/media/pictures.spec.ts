import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makePreview, makeStoryboard } from './pictures.js';

const run = promisify(execFile);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'doul-pictures-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Clip {
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
  readonly fps: number;
}

/** A clip that turns from white to black evenly, so that a picture's lightness tells its moment; with key frames every two seconds. */
async function fading({ width, height, seconds, fps }: Clip): Promise<string> {
  const path = join(folder, `${width}x${height}-${seconds}.mp4`);
  const source = `color=c=black:s=${width}x${height}:r=${fps}:d=${seconds},format=yuv420p,fade=in:0:${seconds * fps}:color=white`;
  const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '18', '-g', String(2 * fps), '-colorspace', 'bt709'];
  await run('ffmpeg', ['-v', 'error', '-nostdin', '-y', '-f', 'lavfi', '-i', source, ...codec, path]);
  return path;
}
const sourceOf = ({ width, height, seconds }: Clip) => ({ width, height, durationMs: seconds * 1_000 });
/** Of the clip at a moment, 0-255. */
const lightnessAt = (clip: Clip, second: number): number => 255 * Math.max(0, 1 - second / clip.seconds);

async function lightness(path: string, filter = 'null'): Promise<number> {
  const args = ['-v', 'error', '-i', path, '-vf', `${filter},scale=1:1:flags=area,format=rgb24`, '-frames:v', '1', '-f', 'rawvideo', '-'];
  const { stdout } = await run('ffmpeg', args, { encoding: 'buffer' });
  return stdout[0] ?? -1;
}
async function sizeOf(path: string): Promise<[number, number]> {
  const args = ['-v', 'error', '-select_streams', 'v', '-show_entries', 'stream=width,height', '-of', 'csv=p=0', path];
  const [width = 0, height = 0] = (await run('ffprobe', args)).stdout.trim().split(',').map(Number);
  return [width, height];
}

interface Cue {
  readonly from: number;
  readonly to: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The cues of a storyboard; times in s. */
async function cuesOf(path: string): Promise<Cue[]> {
  const [head, ...blocks] = (await readFile(path, 'utf8')).trimEnd().split('\n\n');
  expect(head).toBe('WEBVTT');
  return blocks.map((block) => {
    const found = /^(\d\d):(\d\d):(\d\d\.\d{3}) --> (\d\d):(\d\d):(\d\d\.\d{3})\nstoryboard\.jpg#xywh=(\d+),(\d+),(\d+),(\d+)$/.exec(block);
    const [h = 0, m = 0, s = 0, hours = 0, minutes = 0, seconds = 0, x = 0, y = 0, width = 0, height = 0] = (found ?? [])
      .slice(1)
      .map(Number);
    return { from: h * 3_600 + m * 60 + s, to: hours * 3_600 + minutes * 60 + seconds, x, y, width, height };
  });
}

describe('a storyboard', () => {
  const board = async (clip: Clip): Promise<{ cues: Cue[]; sprite: string }> => {
    await makeStoryboard(await fading(clip), sourceOf(clip), folder);
    return { cues: await cuesOf(join(folder, 'storyboard.vtt')), sprite: join(folder, 'storyboard.jpg') };
  };

  it.each([
    ['a picture for each second of a short clip', { width: 360, height: 640, seconds: 12, fps: 10 }, 12, '90x160', '900x320'],
    ['a single one for a clip of a second', { width: 640, height: 360, seconds: 1, fps: 10 }, 1, '160x90', '160x90'],
    ['fewer for a longer one', { width: 128, height: 72, seconds: 250, fps: 2 }, 84, '160x90', '1600x810'],
    ['at most a hundred, of key frames, for a long one', { width: 128, height: 72, seconds: 899, fps: 1 }, 100, '160x90', '1600x900'],
  ] as const)('has %s, and each shows its seconds', async (_, clip, count, tile, size) => {
    const { cues, sprite } = await board(clip);
    expect(cues).toHaveLength(count);
    expect((await sizeOf(sprite)).join('x')).toBe(size);
    // From the beginning to the end, with neither a gap nor an overlap.
    expect([cues[0]?.from, cues.at(-1)?.to]).toEqual([0, clip.seconds]);
    expect(cues.slice(1).map(({ from }) => from)).toEqual(cues.slice(0, -1).map(({ to }) => to));
    // Every picture is a part of its own, within the whole.
    const [width, height] = await sizeOf(sprite);
    expect(new Set(cues.map(({ x, y }) => `${x},${y}`)).size).toBe(count);
    for (const cue of cues) {
      expect(`${cue.width}x${cue.height}`).toBe(tile);
      expect([cue.x % cue.width, cue.y % cue.height, cue.x + cue.width <= width, cue.y + cue.height <= height]).toEqual([0, 0, true, true]);
    }
    // Some of them, the last one included: no more than an interval from what the clip shows at their beginning.
    const step = lightnessAt(clip, 0) - lightnessAt(clip, (cues[0] as Cue).to);
    for (const cue of cues.filter((_cue, at) => at % Math.ceil(count / 5) === 0 || at === count - 1)) {
      const shown = await lightness(sprite, `crop=${cue.width}:${cue.height}:${cue.x}:${cue.y}`);
      expect(Math.abs(shown - lightnessAt(clip, cue.from))).toBeLessThanOrEqual(count === 1 ? 255 : step + 3);
    }
  });
});

interface Frame {
  readonly ms: number;
  /** As a picture of its own. */
  readonly file: string;
}

/** An animated WebP, taken apart (WebP Container Specification: RIFF chunks of a name, a size, and a payload of even length). */
async function animation(path: string): Promise<{ width: number; height: number; loops: number; frames: Frame[] }> {
  const file = await readFile(path);
  const chunk = (name: string, payload: Buffer): Buffer => {
    const head = Buffer.alloc(8);
    head.write(name, 'latin1');
    head.writeUInt32LE(payload.length, 4);
    return Buffer.concat([head, payload, Buffer.alloc(payload.length % 2)]);
  };
  expect([file.toString('latin1', 0, 4), file.toString('latin1', 8, 12)]).toEqual(['RIFF', 'WEBP']);
  const made = { width: 0, height: 0, loops: -1, frames: [] as Frame[] };
  for (let at = 12; at < file.length;) {
    const [name, size] = [file.toString('latin1', at, at + 4), file.readUInt32LE(at + 4)];
    const payload = file.subarray(at + 8, at + 8 + size);
    if (name === 'VP8X') Object.assign(made, { width: payload.readUIntLE(4, 3) + 1, height: payload.readUIntLE(7, 3) + 1 });
    if (name === 'ANIM') made.loops = payload.readUInt16LE(4);
    if (name === 'ANMF') {
      const still = `${path}.${made.frames.length}.webp`;
      await writeFile(still, chunk('RIFF', Buffer.concat([Buffer.from('WEBP'), payload.subarray(16)])));
      made.frames.push({ ms: payload.readUIntLE(12, 3), file: still });
    }
    at += 8 + size + (size % 2);
  }
  return made;
}

describe('a preview', () => {
  const preview = async (clip: Clip) => {
    await makePreview(await fading(clip), sourceOf(clip), folder);
    return animation(join(folder, 'preview.webp'));
  };
  const lengthOf = (frames: readonly Frame[]): number => frames.reduce((sum, { ms }) => sum + ms, 0);

  it('moves for three seconds of a longer clip, from a tenth of it on, again and again', async () => {
    const clip = { width: 360, height: 640, seconds: 6, fps: 10 };
    const { width, height, loops, frames } = await preview(clip);
    expect([width, height, loops]).toEqual([240, 426, 0]);
    // Eight a second, those left out that look like the one before.
    expect(frames.length).toBeGreaterThan(5);
    expect(frames.length).toBeLessThanOrEqual(24);
    expect(Math.abs(lengthOf(frames) - 3_000)).toBeLessThanOrEqual(125);
    const shown = await Promise.all([frames[0], frames.at(-1)].map((frame) => lightness(frame?.file ?? '')));
    expect(Math.abs((shown[0] ?? 0) - lightnessAt(clip, 0.6))).toBeLessThan(10);
    expect(Math.abs((shown[1] ?? 0) - lightnessAt(clip, 3.5))).toBeLessThan(20);
  });

  it('is all of a short clip, and no larger than it', async () => {
    const { width, height, frames } = await preview({ width: 256, height: 144, seconds: 1, fps: 10 });
    expect([width, height]).toEqual([256, 144]);
    expect(Math.abs(lengthOf(frames) - 1_000)).toBeLessThanOrEqual(125);
    const [first = 0, last = 255] = await Promise.all([frames[0], frames.at(-1)].map((frame) => lightness(frame?.file ?? '')));
    expect([first > 240, last < 60]).toEqual([true, true]);
  });
});
