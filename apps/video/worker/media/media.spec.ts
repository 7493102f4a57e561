import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ffmpegTestClips, makeClip } from '../../../../libs/testing/clips.js';
import { examineFile } from './examine.js';
import { pictureFacts, readPackets } from './packets.js';
import { makeCover } from './pictures.js';
import { MAX_STREAMS } from './safe-input.js';
import { judgeWork } from './verdict.js';

const run = promisify(execFile);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'doul-media-'));
  await ffmpegTestClips(folder, [PORTRAIT, LANDSCAPE]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const PORTRAIT = { seconds: 2, pattern: 'test' } as const;
const LANDSCAPE = { seconds: 1, width: 640, height: 360, pattern: 'shapes', tone: 0 } as const;

/** A file that ffmpeg makes from these arguments. */
async function make(name: string, ...args: string[]): Promise<string> {
  const path = join(folder, name);
  await run('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args, path]);
  return path;
}
async function written(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}
const lavfi = (source: string): string[] => ['-f', 'lavfi', '-i', source];
const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p'];
const reasonOf = async (path: string, limits = {}): Promise<string> => {
  const verdict = await examineFile(path, { limits });
  return verdict.ok ? 'ok' : verdict.reason;
};

describe('examineFile', () => {
  it('accepts what can be played, and measures it', async () => {
    expect(await examineFile(await makeClip(folder, PORTRAIT))).toMatchObject({
      ok: true,
      width: 360,
      height: 640,
      hasAudio: true,
      codec: 'h264',
    });
    const landscape = await examineFile(await makeClip(folder, LANDSCAPE));
    expect(landscape).toMatchObject({ ok: true, width: 640, height: 360, durationMs: 1_000, hasAudio: false, codec: 'h264' });
  });

  it('applies the rotation of a phone', async () => {
    const path = await makeClip(folder, LANDSCAPE);
    const turned = await make('turned.mp4', '-i', path, '-c', 'copy', '-metadata:s:v:0', 'rotate=90');
    expect(await examineFile(turned)).toMatchObject({ ok: true, width: 360, height: 640 });
  });

  it('accepts WebM, also one that was streamed and does not know its length', async () => {
    const path = await make('live.webm', ...lavfi('testsrc2=s=160x90:r=10:d=1'), '-c:v', 'libvpx', '-deadline', 'realtime', '-live', '1');
    const video = await examineFile(path);
    expect(video).toMatchObject({ ok: true, codec: 'vp8', width: 160 });
    expect(video.ok && video.durationMs).toBeGreaterThan(800);
  });

  it('looks past cover art and subtitles', async () => {
    const art = await make('art.png', ...lavfi('testsrc2=s=64x64:d=0.1'), '-frames:v', '1');
    const words = await written('words.srt', '1\n00:00:00,000 --> 00:00:01,000\nwords\n');
    const clip = await makeClip(folder, PORTRAIT);
    const inputs = ['-i', art, '-i', clip, '-i', words, '-map', '0', '-map', '1', '-map', '2', '-c', 'copy', '-c:s', 'mov_text'];
    const video = await examineFile(await make('rich.mp4', ...inputs, '-disposition:v:0', 'attached_pic'));
    expect(video).toMatchObject({ ok: true, width: 360, height: 640, codec: 'h264' });
  });

  it('refuses what is no video', async () => {
    expect(await reasonOf(await written('text.mp4', 'hello'))).toBe('not-a-video');
    expect(await reasonOf(await written('empty.mp4', ''))).toBe('not-a-video');
    expect(await reasonOf(await make('picture.png', ...lavfi('testsrc2=s=64x64:d=0.1'), '-frames:v', '1'))).toBe('not-a-video');
    expect(await reasonOf(await make('sound.m4a', ...lavfi('sine=duration=1'), '-c:a', 'aac'))).toBe('no-video');
    expect(
      await reasonOf(await written('boxes.mp4', Buffer.concat([Buffer.from([0, 0, 0, 20]), Buffer.from('ftypisom'), Buffer.alloc(4_000)]))),
    ).toBe('damaged');
  });

  it('refuses what is cut off, though its headers are perfect', async () => {
    const whole = await readFile(await makeClip(folder, PORTRAIT));
    const cut = await written('cut.mp4', whole);
    await truncate(cut, Math.floor(whole.length * 0.6));
    expect(await reasonOf(cut)).toBe('damaged');
  });

  it('refuses lengths and sizes that we do not publish', async () => {
    const clip = await makeClip(folder, PORTRAIT);
    expect(await reasonOf(clip, { maxSeconds: 1 })).toBe('too-long');
    expect(await reasonOf(clip, { maxBytes: 1_000 })).toBe('too-large');
    expect(await reasonOf(await make('blink.mp4', ...lavfi('testsrc2=s=64x64:r=10:d=0.1'), ...H264))).toBe('too-short');
    expect(await reasonOf(await make('dot.mp4', ...lavfi('color=s=8x64:r=10:d=1'), ...H264))).toBe('too-small');
    expect(await reasonOf(await make('wall.mp4', ...lavfi('color=s=4096x2304:r=5:d=1'), ...H264))).toBe('too-big');
  });

  it('refuses codecs that we do not play', async () => {
    expect(await reasonOf(await make('old.mkv', ...lavfi('testsrc2=s=64x64:r=10:d=1'), '-c:v', 'msmpeg4v3'))).toBe('unsupported-codec');
    expect(await reasonOf(await make('mjpeg.mp4', ...lavfi('testsrc2=s=64x64:r=10:d=1'), '-c:v', 'mjpeg'))).toBe('unsupported-codec');
  });

  it('opens neither playlists nor files that name other files', async () => {
    const secret = await make('secret.mp4', ...lavfi('testsrc2=s=64x64:r=10:d=1'), ...H264);
    expect(await reasonOf(await written('list.mp4', `#EXTM3U\n#EXTINF:1,\n${secret}\n#EXT-X-ENDLIST\n`))).toBe('unsafe');
    expect(await reasonOf(await written('concat.mp4', `ffconcat version 1.0\nfile '${secret}'\n`))).toBe('unsafe');
    expect(await reasonOf(await written('dash.mp4', '<?xml version="1.0"?><MPD></MPD>'))).toBe('unsafe');
    const many = Array.from({ length: MAX_STREAMS + 1 }, () => ['-map', '0:v']).flat();
    expect(await reasonOf(await make('many.mkv', '-i', secret, ...many, '-c', 'copy'))).toBe('unsafe');
  });
});

describe('a file', () => {
  it('of more packets than a list may hold is not listed', async () => {
    const clip = await make('ten.mp4', ...lavfi('testsrc2=s=64x64:r=10:d=1'), ...H264);
    expect((await readPackets(clip, undefined, 10))?.packets).toHaveLength(10);
    expect(await readPackets(clip, undefined, 9)).toBeUndefined();
  });

  it('may have as many pixels as the largest picture has in all the time that a video may last, 60 times a second', () => {
    const limits = { maxSeconds: 900, maxBytes: 1 };
    expect(judgeWork({ width: 3_840, height: 2_160 }, 60 * 900, limits)).toBeUndefined();
    expect(judgeWork({ width: 1_920, height: 1_080 }, 240 * 900, limits)).toBeUndefined();
    expect(judgeWork({ width: 3_840, height: 2_160 }, 120 * 900, limits)).toBe('too-heavy');
  });

  it('is looked through however many key frames it has', () => {
    const packets = Array.from({ length: 300_000 }, (_, at) => {
      return { stream: 0, at: at / 250, lasts: 1 / 250, bytes: 1, isKey: true, isHidden: false };
    });
    expect(pictureFacts(packets, 0, 0)?.longestGroup).toBeCloseTo(1 / 250);
  });
});

describe('makeCover', () => {
  const sizeOf = async (path: string): Promise<string> => {
    const { stdout } = await run('ffprobe', ['-v', 'error', '-show_entries', 'stream=width,height', '-of', 'csv=p=0', path]);
    return stdout.trim();
  };
  const lightness = async (path: string): Promise<number> => {
    const args = ['-v', 'error', '-i', path, '-vf', 'scale=1:1,format=gray', '-f', 'rawvideo', '-'];
    const { stdout } = await run('ffmpeg', args, { encoding: 'buffer' });
    return stdout[0] ?? 0;
  };
  let made = 0;
  const cover = async (path: string, atMs?: number): Promise<{ large: string; small: string; blurhash: string }> => {
    const { files, blurhash } = await makeCover(path, folder, { nonce: String((made += 1)), atMs });
    return { large: join(folder, files.cover), small: join(folder, files.coverSmall), blurhash };
  };

  it('is made in two sizes, which the short sides bound', async () => {
    const wide = await make('wide.mp4', ...lavfi('testsrc2=s=1920x1080:r=10:d=1'), ...H264);
    const { large, small, blurhash } = await cover(wide);
    expect([await sizeOf(large), await sizeOf(small)]).toEqual(['1280,720', '568,320']);
    expect((await readFile(large)).subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
    expect(blurhash).toMatch(/^[\w#$%*+,\-.:;=?@[\]^{|}~]{28}$/);
  });

  it('is not black when the beginning is, and exists when everything is', async () => {
    const black = [...lavfi('color=s=160x90:r=10:d=3:c=black'), ...lavfi('color=s=160x90:r=10:d=1:c=yellow')];
    const fade = await make('fade.mp4', ...black, '-filter_complex', '[0][1]concat', ...H264);
    expect(await lightness((await cover(fade)).large)).toBeGreaterThan(150);
    expect(
      await lightness((await cover(await make('black.mp4', ...lavfi('color=s=160x90:r=10:d=1:c=black'), ...H264))).large),
    ).toBeLessThan(30);
  });

  it('is of the moment that is asked for, the last one included', async () => {
    const halves = [...lavfi('color=s=160x90:r=10:d=1:c=black'), ...lavfi('color=s=160x90:r=10:d=1:c=white')];
    const clip = await make('halves.mp4', ...halves, '-filter_complex', '[0][1]concat', ...H264);
    expect(await lightness((await cover(clip, 200)).large)).toBeLessThan(30);
    expect(await lightness((await cover(clip, 1_700)).large)).toBeGreaterThan(200);
    expect(await lightness((await cover(clip, 2_000)).large)).toBeGreaterThan(200);
  });

  it('cannot be made when nothing can be decoded', async () => {
    await expect(makeCover(await written('text2.mp4', 'hello'), folder, { nonce: 'x' })).rejects.toThrow('no cover');
  });
});
