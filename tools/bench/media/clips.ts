import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { landscape } from './landscape.js';

const run = promisify(execFile);
const FFMPEG = process.env['FFMPEG_PATH'] || 'ffmpeg';

export interface Clip {
  readonly path: string;
  readonly seconds: number;
  readonly width: number;
  readonly height: number;
}

export interface ClipWish {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
  /** Quality of x264; a phone's own file is of about 18. */
  readonly crf: number;
  /** Highest rate, such as `4M`; a source without one is larger than what is copied. */
  readonly maxRate?: string;
}

const FPS = 30;
/** The picture is that much larger than what the camera shows of it. */
const MARGIN = 1.25;

/** A camera that moves over a landscape, with a little noise of its sensor, and wind that blows: H.264 and AAC, kept for later runs. */
export async function naturalClip(folder: string, { name, width, height, seconds, crf, maxRate }: ClipWish): Promise<Clip> {
  const path = join(folder, `${name}.mp4`);
  if (existsSync(path)) return { path, seconds, width, height };
  await mkdir(folder, { recursive: true });
  const picture = join(folder, `${name}.png`);
  const even = (pixels: number): number => Math.round((pixels * MARGIN) / 2) * 2;
  await writeFile(picture, landscape(even(width), even(height), seconds));
  const [slackX, slackY] = [even(width) - width, even(height) - height];
  const pan = `crop=${width}:${height}:x='${slackX}/2*(1+sin(t*0.7))':y='${slackY}/2*(1+cos(t*0.5))',noise=alls=3:allf=t,format=yuv420p`;
  const wind = `anoisesrc=color=pink:amplitude=0.2:sample_rate=48000,tremolo=f=0.5:d=0.7`;
  const rate = maxRate === undefined ? [] : ['-maxrate', maxRate, '-bufsize', maxRate];
  const unfinished = `${path}.part.mp4`;
  await run(FFMPEG, [
    ...['-v', 'error', '-nostdin', '-y', '-loop', '1', '-framerate', String(FPS), '-i', picture, '-f', 'lavfi', '-i', wind],
    ...['-t', String(seconds), '-vf', pan, '-c:v', 'libx264', '-preset', 'veryfast', '-crf', String(crf), ...rate],
    ...['-g', String(FPS * 2), '-keyint_min', String(FPS * 2), '-sc_threshold', '0', '-c:a', 'aac', '-b:a', '128k'],
    ...['-movflags', '+faststart', unfinished],
  ]);
  await rename(unfinished, path);
  return { path, seconds, width, height };
}
