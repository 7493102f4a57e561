import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Rendition } from '../../../apps/video/worker/media/ladder.js';

const run = promisify(execFile);
const FFMPEG = process.env['FFMPEG_PATH'] || 'ffmpeg';
/** As docs/media.md says of every rendition. */
const GROUP_SECONDS = 2;

function codecs({ fps, maxRate, audioBitRate }: Rendition): string[] {
  const group = String(Math.round(fps * GROUP_SECONDS));
  const picture = ['-c:v', 'libx264', '-preset', 'veryfast', '-profile:v', 'high', '-crf', '22', '-maxrate', String(maxRate)];
  const groups = ['-bufsize', String(maxRate * 2), '-g', group, '-keyint_min', group, '-sc_threshold', '0'];
  return [...picture, ...groups, '-c:a', 'aac', '-b:a', String(audioBitRate), '-ar', '48000', '-ac', '2'];
}

/** One plain command of ffmpeg that makes these renditions as MP4 files and nothing else; how long it takes, in s. */
export async function plainEncode(source: string, renditions: readonly Rendition[]): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'doul-bench-'));
  try {
    const split = `[0:v]split=${renditions.length}${renditions.map((_, at) => `[s${at}]`).join('')}`;
    const scaled = renditions.map(({ width, height }, at) => `[s${at}]scale=${width}:${height}:flags=bicubic[v${at}]`);
    const outputs = renditions.flatMap((rendition, at) => [
      ...['-map', `[v${at}]`, '-map', '0:a?', ...codecs(rendition)],
      ...['-movflags', '+faststart', join(folder, `${rendition.name}.mp4`)],
    ]);
    const start = performance.now();
    await run(FFMPEG, ['-v', 'error', '-nostdin', '-y', '-i', source, '-filter_complex', [split, ...scaled].join(';'), ...outputs]);
    return (performance.now() - start) / 1_000;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** How like a rendition is to its source at the rendition's size: mean structural similarity of all planes, 0-1. */
export async function similarity(rendition: string, source: string, width: number, height: number): Promise<number> {
  const graph = `[1:v]scale=${width}:${height}:flags=bicubic[ref];[0:v][ref]ssim`;
  const { stderr } = await run(FFMPEG, ['-nostdin', '-hide_banner', '-i', rendition, '-i', source, '-lavfi', graph, '-f', 'null', '-']);
  const all = /SSIM .*All:([\d.]+)/.exec(stderr)?.[1];
  if (all === undefined) throw new Error(`no similarity was told: ${stderr.slice(-300)}`);
  return Number(all);
}
