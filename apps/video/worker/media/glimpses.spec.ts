import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bestMoment } from './cover-frame.js';
import { examineFile } from './examine.js';
import { firstPicture, type FirstPicture } from './first-picture.js';
import { isShowing } from './frame-score.js';
import { planLadder } from './ladder.js';

const run = promisify(execFile);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'doul-glimpses-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A clip that is black but for some of its seconds, and the picture of its first rendition. */
async function firstOf(clip: {
  seconds: number;
  shows: readonly [from: number, to: number];
  codec: readonly string[];
}): Promise<FirstPicture & { isCopied: boolean }> {
  const parts = await mkdtemp(join(folder, 'clip-'));
  const path = join(parts, 'clip.mp4');
  const curtain = `drawbox=c=black:t=fill:enable='not(between(t,${clip.shows.join(',')}))'`;
  const source = `testsrc2=s=160x90:r=10:d=${clip.seconds},${curtain},format=yuv420p`;
  await run('ffmpeg', ['-v', 'error', '-nostdin', '-y', '-f', 'lavfi', '-i', source, ...clip.codec, path]);
  const found = await examineFile(path);
  if (!found.ok) throw new Error(`the clip is refused: ${found.reason}`);
  const { first } = planLadder(found);
  return { ...(await firstPicture(path, found, first, parts)), isCopied: first.copyPicture };
}

const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '20'];
const ONLY_KEY_FRAMES = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '1'];
const NEVER_COPIED = ['-c:v', 'mpeg4'];

describe('glimpses', () => {
  it.each([
    ['copied', H264, true],
    ['copied and has hundreds of key frames', ONLY_KEY_FRAMES, true],
    ['encoded', NEVER_COPIED, false],
  ] as const)('are of each of the first forty seconds of a picture that is %s, and find what is shown late', async (_, codec, copied) => {
    const { file, glimpses, isCopied } = await firstOf({ seconds: 60, shows: [30.5, 32.5], codec });
    expect(isCopied).toBe(copied);
    expect(glimpses.map(({ at }) => at)).toEqual(Array.from({ length: 40 }, (_second, at) => at));
    expect(glimpses.filter(({ look }) => isShowing(look)).map(({ at }) => at)).toEqual([31, 32]);
    expect([31, 32]).toContain(await bestMoment(file, glimpses));
  });

  it('do not show what lasts less than a second, so that the beginning is looked at more closely', async () => {
    const { file, glimpses } = await firstOf({ seconds: 20, shows: [5.2, 5.8], codec: H264 });
    expect(glimpses.some(({ look }) => isShowing(look))).toBe(false);
    expect(await bestMoment(file, glimpses)).toBeCloseTo(5.5, 0);
  });
});
