import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Pictures that differ at a glance, each moving. */
export const CLIP_PATTERNS = ['gradient', 'test', 'shapes', 'bars', 'triangles', 'automaton'] as const;
export type ClipPattern = (typeof CLIP_PATTERNS)[number];

/** How a clip looks and sounds; what is left out is a small, short, portrait one with a tone. */
export interface ClipLook {
  /** Pixels, even; default 360. */
  readonly width?: number;
  /** Pixels, even; default 640. */
  readonly height?: number;
  /** Default 2. */
  readonly seconds?: number;
  /** Frames per second; default 24. */
  readonly fps?: number;
  readonly pattern?: ClipPattern;
  /** Turns every colour, in degrees. */
  readonly hue?: number;
  /** Of the tone, in Hz; 0 = no sound at all. Default 440. */
  readonly tone?: number;
  /** Workers take H.264 over as it is and encode MPEG-4 Visual anew. Default h264. */
  readonly codec?: 'h264' | 'mpeg4';
}

type Settled = Required<ClipLook>;

const settle = (look: ClipLook): Settled => ({
  width: 360,
  height: 640,
  seconds: 2,
  fps: 24,
  pattern: 'test',
  hue: 0,
  tone: 440,
  codec: 'h264',
  ...look,
});

/** Sources of ffmpeg's lavfi device. Costly ones are made at half size. */
const PATTERNS: Record<ClipPattern, (look: Settled) => string> = {
  test: ({ width, height, fps }) => `testsrc2=s=${width}x${height}:r=${fps}`,
  bars: ({ width, height, fps }) => `smptehdbars=s=${width}x${height}:r=${fps},hue=h=t*40`,
  triangles: ({ width, height, fps }) => `sierpinski=s=${width}x${height}:r=${fps},hue=h=90`,
  gradient: ({ width, height, fps }) =>
    `gradients=s=${half(width)}x${half(height)}:r=${fps}:c0=0xff5f6d:c1=0x2193b0:c2=0xffc371:n=3:seed=7:speed=0.02,scale=${width}:${height}`,
  automaton: ({ width, height, fps }) =>
    `cellauto=s=${half(width)}x${half(height)}:r=${fps}:rule=110:seed=7,format=yuv420p,lutyuv=u=90:v=170,scale=${width}:${height}:flags=neighbor`,
  shapes: ({ width, height, fps }) =>
    `color=c=0x1d4e89:s=${width}x${height}:r=${fps}[back];color=c=0xf79256:s=120x120:r=${fps}[box];` +
    `[back][box]overlay=x='(W-w)/2*(1+sin(t*2))':y='(H-h)/2*(1+cos(t*1.3))'`,
};

const half = (pixels: number): number => Math.ceil(pixels / 4) * 2;

function encodeArguments(look: Settled, file: string): string[] {
  const video = ['-f', 'lavfi', '-i', `${PATTERNS[look.pattern](look)},hue=h=${look.hue},format=yuv420p`];
  const sound = look.tone === 0 ? [] : ['-f', 'lavfi', '-i', `sine=frequency=${look.tone}:sample_rate=44100`, '-c:a', 'aac', '-b:a', '64k'];
  const codec = { h264: ['libx264', '-preset', 'ultrafast', '-crf', '32'], mpeg4: ['mpeg4', '-q:v', '6'] }[look.codec];
  const output = ['-t', String(look.seconds), '-c:v', ...codec, '-g', String(look.fps * 2), '-movflags', '+faststart', file];
  return ['-v', 'error', '-nostdin', '-y', ...video, ...sound, ...output];
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/**
 * Makes an MP4 clip with ffmpeg, or finds the one made before for the same look in the same folder.
 *
 * @returns its path
 * @throws Error with what ffmpeg said
 */
export async function makeClip(folder: string, look: ClipLook = {}): Promise<string> {
  const settled = settle(look);
  const name = createHash('sha256')
    .update(JSON.stringify(settled, Object.keys(settled).sort()))
    .digest('hex')
    .slice(0, 16);
  const path = join(folder, `${name}.mp4`);
  if (await exists(path)) return path;
  await mkdir(folder, { recursive: true });
  // Renamed when it is whole, so that neither a crash nor a second maker leaves half a clip under the name.
  const unfinished = join(folder, `${name}.${process.pid}.${Math.random().toString(36).slice(2)}.part.mp4`);
  try {
    await promisify(execFile)(process.env['FFMPEG_PATH'] || 'ffmpeg', encodeArguments(settled, unfinished), { timeout: 120_000 });
    await rename(unfinished, path);
  } finally {
    await rm(unfinished, { force: true });
  }
  return path;
}

/** Makes many clips, two at a time; the paths come in the order of the looks. */
export async function ffmpegTestClips(folder: string, looks: readonly ClipLook[]): Promise<string[]> {
  const paths: string[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < looks.length; at = next++) paths[at] = await makeClip(folder, looks[at]);
  };
  await Promise.all([worker(), worker()]);
  return paths;
}
