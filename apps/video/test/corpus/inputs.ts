import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** How an input looks and sounds. Each shows a white flash and sounds a beep at the same moment, half way. */
export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly seconds?: number;
  readonly fps?: number;
  /** Volume of the beep, and of the tone behind it, 0-1. */
  readonly beep?: number;
  readonly tone?: number;
  readonly channels?: '1c' | 'stereo' | '5.1';
}

export const FLASH_SECONDS = 0.2;
export const momentOf = ({ seconds = 2 }: Look): number => seconds / 2;

/** Source of pictures, as ffmpeg's lavfi device reads it. */
export function pictureSource(look: Look, format = 'yuv420p'): string[] {
  const { width = 320, height = 180, seconds = 2, fps = 30 } = look;
  const at = momentOf(look);
  const flash = `drawbox=c=white:t=fill:enable='between(t,${at},${at + FLASH_SECONDS})'`;
  return ['-f', 'lavfi', '-i', `testsrc2=s=${width}x${height}:r=${fps}:d=${seconds},${flash},format=${format}`];
}

/** Source of sound. */
export function soundSource(look: Look): string[] {
  const { seconds = 2, beep = 0.25, tone = 0.03, channels = 'stereo' } = look;
  const at = momentOf(look);
  const wave = `${tone}*sin(2*PI*330*t)+${beep}*sin(2*PI*1000*t)*between(t,${at},${at + FLASH_SECONDS})`;
  const layout = { '1c': 'mono', stereo: 'stereo', '5.1': '5.1' }[channels];
  const expressions = Array.from({ length: { '1c': 1, stereo: 2, '5.1': 6 }[channels] }, () => wave).join('|');
  return ['-f', 'lavfi', '-i', `aevalsrc=exprs='${expressions}':c=${layout}:s=48000:d=${seconds}`];
}

export const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '30', '-g', '30'];
export const AAC = ['-c:a', 'aac', '-b:a', '96k'];

/** Makes files in one folder. */
export class Inputs {
  constructor(readonly folder: string) {}

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Runs ffmpeg; the arguments end before the output. */
  async make(name: string, ...args: readonly string[]): Promise<string> {
    const path = this.path(name);
    await run('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args, path], { timeout: 120_000 });
    return path;
  }

  /** A clip with picture and sound in these codecs. */
  clip(name: string, look: Look = {}, codecs: readonly string[] = [...H264, ...AAC], format = 'yuv420p'): Promise<string> {
    return this.make(name, ...pictureSource(look, format), ...soundSource(look), ...codecs);
  }
}
