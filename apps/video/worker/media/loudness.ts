import { runFfmpeg } from './ffmpeg.js';
import { safeInput } from './safe-input.js';
import type { Loudness } from './source.js';

/** How loud every video is, in LUFS, and how high its peaks may be, in dBTP. */
export const TARGET_LUFS = -14;
export const MAX_PEAK = -1;
/** AAC at 128 kbit/s overshoots by up to 1 dB. */
const CEILING = MAX_PEAK - 1;
/** Below this a sound is a quiet room: amplified it would be noise, in LUFS. */
const SILENT_LUFS = -50;
/** Nothing was measured: silence, or less than 400 ms. */
const UNMEASURED_LUFS = -69;
/** How far a limited sound may be from the target before it is amplified more, in LU. */
const NEAR = 0.3;
/** Each round of a limited sound decodes it once more; more of them change nothing that can be heard. */
const ROUNDS = 4;
/** More than this beyond what the measurement says would turn every word into a roar, in dB. */
const MAX_EXTRA = 12;

export const MEASURE = 'ebur128=peak=true:framelog=verbose';
/** Any sound as two channels at 48 kHz which begin when the file begins; gaps are silence. */
export const STEREO = 'aresample=48000:async=1:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=stereo';

/** Reads the summary at the end of what ebur128 logs. */
export function parseLoudness(log: string): { integrated: number; truePeak: number } | undefined {
  const summary = log.slice(log.lastIndexOf('Summary:'));
  const integrated = Number(/\bI:\s*(-?[\d.]+) LUFS/.exec(summary)?.[1] ?? 'none');
  const truePeak = Number(/\bPeak:\s*(-?[\d.]+) dBFS/.exec(summary)?.[1] ?? 'none');
  if (!Number.isFinite(integrated) || !Number.isFinite(truePeak) || integrated < UNMEASURED_LUFS) return undefined;
  return { integrated, truePeak };
}

/** Makes a sound as loud as all others; its peaks are bounded between samples too, which is why it is limited at four times the rate. */
export function levelFilters({ gain, limited }: Loudness): string[] {
  if (gain === 0 && !limited) return [];
  const ceiling = (10 ** (CEILING / 20)).toFixed(4);
  const limiter = ['aresample=192000', `alimiter=level=false:limit=${ceiling}:attack=2:release=60`, 'aresample=48000'];
  return [`volume=${gain.toFixed(2)}dB`, ...(limited ? limiter : [])];
}

async function measureWith(path: string, stream: number, filters: readonly string[], signal?: AbortSignal): Promise<number | undefined> {
  const chain = [STEREO, ...filters, MEASURE].join(',');
  const args = ['-v', 'level+info', ...safeInput(path), '-map', `0:${stream}`, '-af', chain, '-f', 'null', '-'];
  const { code, stderr } = await runFfmpeg(args, { durationMs: 1, signal });
  return code === 0 ? parseLoudness(stderr)?.integrated : undefined;
}

/**
 * Decides what a sound is amplified by. A limiter takes away loudness with the peaks, so that is measured and made up for.
 *
 * @param measured of the sound as it is
 * @throws as runTool
 */
export async function planLoudness(
  path: string,
  stream: number,
  measured: { integrated: number; truePeak: number },
  signal?: AbortSignal,
): Promise<Loudness> {
  const base = TARGET_LUFS - measured.integrated;
  const gain = measured.integrated < SILENT_LUFS ? Math.min(0, CEILING - measured.truePeak) : base;
  const limited = measured.truePeak + gain > CEILING;
  let plan: Loudness = { ...measured, gain: round(gain), limited };
  for (let n = 0; limited && n < ROUNDS; n += 1) {
    const now = await measureWith(path, stream, levelFilters(plan), signal);
    const missing = TARGET_LUFS - (now ?? TARGET_LUFS);
    if (Math.abs(missing) < NEAR || plan.gain + missing > base + MAX_EXTRA) break;
    plan = { ...plan, gain: round(plan.gain + missing) };
  }
  return plan;
}

const round = (decibels: number): number => Math.round(decibels * 100) / 100;
