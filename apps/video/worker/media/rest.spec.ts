import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firstInFolder } from '../../test/first-in-folder.js';
import { examineFile } from './examine.js';
import { framesSize, type Frames } from './frames.js';
import { planLadder, type Rendition } from './ladder.js';
import type { Source } from './source.js';
import { makeRest } from './rest.js';

const run = promisify(execFile);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'doul-transcode-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A clip whose frames come as they like, with sound. */
async function clip(): Promise<{ path: string; source: Source; first: Rendition; rest: Rendition[] }> {
  const path = join(folder, 'clip.mkv');
  const picture = "testsrc2=s=960x540:r=25:d=2,setpts='PTS+0.015*mod(N,3)/TB'";
  const inputs = ['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', 'sine=frequency=440:duration=2'];
  // MPEG-4 Visual is never copied.
  const codecs = ['-c:v', 'mpeg4', '-q:v', '3', '-fps_mode', 'passthrough', '-c:a', 'libmp3lame'];
  await run('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...inputs, ...codecs, path]);
  const source = await examineFile(path);
  if (!source.ok) throw new Error(`the clip is refused: ${source.reason}`);
  return { path, source, ...planLadder(source) };
}

/** A checksum of each frame of the picture, and of the sound. */
async function frameSums(file: string): Promise<string[]> {
  const { stdout } = await run('ffmpeg', ['-v', 'error', '-i', file, '-f', 'framemd5', '-']);
  return stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

describe('the other renditions', () => {
  it('are the same of kept frames as of the source, which is not read again', async () => {
    const { path, source, first, rest } = await clip();
    expect([first, ...rest].map(({ name }) => name)).toEqual(['540p', '360p']);
    const frames: Frames = { ...(rest[0] as Rendition), path: join(folder, 'frames'), bytes: framesSize(source, rest) };
    const [ofFrames, ofSource] = [join(folder, 'of-frames'), join(folder, 'of-source')];
    await Promise.all([mkdir(ofFrames), mkdir(ofSource)]);
    // Left of another video, and longer.
    await writeFile(frames.path, Buffer.alloc(frames.bytes + 100_000, 1));
    await firstInFolder(path, source, first, ofFrames, { frames });
    const play = join(ofFrames, 'play.mp4');
    await makeRest({ play, picture: path }, source, rest, ofSource);
    await rm(path);
    await makeRest({ play, picture: frames }, source, rest, ofFrames);
    const sums = await frameSums(join(ofFrames, '360p.mp4'));
    expect(sums.length).toBeGreaterThan(100);
    expect(sums).toEqual(await frameSums(join(ofSource, '360p.mp4')));
    expect((await stat(frames.path)).size).toBe(frames.bytes);
    // The sound is that of the first rendition.
    const soundOf = (list: readonly string[]): string[] =>
      list.filter((line) => line.startsWith('1,')).map((line) => line.split(',').at(-1) ?? '');
    expect(soundOf(sums)).toEqual(soundOf(await frameSums(join(ofFrames, '540p.mp4'))));
  });
});
