import { runFfmpeg } from './ffmpeg.js';
import { safeInput } from './safe-input.js';

/** How loud a sound is, by EBU R 128, and what makes it as loud as all others. */
export interface Loudness {
  /** In LUFS. */
  readonly integrated: number;
  /** In dBTP. */
  readonly truePeak: number;
  /** What it is amplified by, in dB; 0 of sounds that are as good as silent. */
  readonly gain: number;
  /** Whether its peaks would then be too high. */
  readonly limited: boolean;
}

/** How loud every video is, in LUFS, and how high its peaks may be, in dBTP. */
const TARGET_LUFS = -14;
const MAX_PEAK = -1;
/** AAC at 128 kbit/s overshoots by up to 1 dB. */
const CEILING = MAX_PEAK - 1;
/** Below this a sound is a quiet room: amplified it would be noise, in LUFS. */
const SILENT_LUFS = -50;
/** Nothing was measured: silence, or less than 400 ms. */
const UNMEASURED_LUFS = -69;
/** How far a limited sound may be from the target before it is amplified more, in LU. */
const NEAR = 0.3;
/** How often a limited sound is made again at most; more rounds change nothing that can be heard. */
const ROUNDS = 4;
/** More than this beyond what the measurement says would turn every word into a roar, in dB. */
const MAX_EXTRA = 12;

const MEASURE = 'ebur128=framelog=verbose';
/** Peaks between samples take longer to find than all the rest. */
const MEASURE_WITH_PEAKS = `${MEASURE}:peak=true`;
/** Any sound as two channels at 48 kHz which begin when the file begins; gaps are silence. */
const STEREO = 'aresample=48000:async=1:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=stereo';

/** In LUFS and dBTP. */
type Measured = Pick<Loudness, 'integrated' | 'truePeak'>;

/** Reads the summary at the end of what ebur128 logs; the peak is NaN when it was not measured. */
export function parseLoudness(log: string): Measured | undefined {
  const summary = log.slice(log.lastIndexOf('Summary:'));
  const integrated = Number(/\bI:\s*(-?[\d.]+) LUFS/.exec(summary)?.[1] ?? 'none');
  const truePeak = Number(/\bPeak:\s*(-?[\d.]+) dBFS/.exec(summary)?.[1] ?? 'none');
  return Number.isFinite(integrated) && integrated >= UNMEASURED_LUFS ? { integrated, truePeak } : undefined;
}

/** Makes a sound as loud as all others; its peaks are bounded between samples too, which is why it is limited at four times the rate. */
function levelFilters({ gain, limited }: Loudness): string[] {
  if (gain === 0 && !limited) return [];
  const ceiling = (10 ** (CEILING / 20)).toFixed(4);
  const limiter = ['aresample=192000', `alimiter=level=false:limit=${ceiling}:attack=2:release=60`, 'aresample=48000'];
  return [`volume=${gain.toFixed(2)}dB`, ...(limited ? limiter : [])];
}

/** Makes a sound exactly as long as the video: silence is added, or its end left out. */
const fittedTo = (seconds: number): string[] => [`apad=whole_dur=${seconds.toFixed(3)}`, `atrim=end=${seconds.toFixed(3)}`];

/** A sound within a file, and how long the video is, in s. */
export interface Sound {
  readonly path: string;
  readonly stream: number;
  readonly seconds: number;
}

async function measure(sound: Sound, signal?: AbortSignal): Promise<Measured | undefined> {
  const chain = [STEREO, ...fittedTo(sound.seconds), MEASURE_WITH_PEAKS].join(',');
  const args = ['-v', 'level+info', ...safeInput(sound.path), '-map', `0:${sound.stream}`, '-af', chain, '-f', 'null', '-'];
  const { code, stderr } = await runFfmpeg(args, { durationMs: 1, signal });
  return code === 0 ? parseLoudness(stderr) : undefined;
}

function firstPlan(measured: Measured): Loudness {
  const base = TARGET_LUFS - measured.integrated;
  const gain = measured.integrated < SILENT_LUFS ? Math.min(0, CEILING - measured.truePeak) : base;
  return { ...measured, gain: round(gain), limited: measured.truePeak + gain > CEILING };
}

/** Filters that make a sound what is published: two channels, as loud as all others, exactly as long as the video. */
const soundFilters = ({ seconds }: Sound, plan?: Loudness): string =>
  [STEREO, ...(plan ? levelFilters(plan) : []), ...fittedTo(seconds), ...(plan?.limited ? [MEASURE] : [])].join(',');

/**
 * Makes a sound as loud as all others. A limiter takes away loudness with the peaks, so what was made is measured as it is made, and
 * made once more, louder, where that is too little. Sounds that are shorter than one block of the measurement stay as they are.
 *
 * @param encode makes it with these filters, each time over the time before, and answers what ffmpeg logged
 * @throws as runTool, and as `encode`
 */
export async function makeEven(sound: Sound, encode: (filters: string) => Promise<string>, signal?: AbortSignal): Promise<void> {
  const measured = await measure(sound, signal);
  if (!measured || Number.isNaN(measured.truePeak)) return void (await encode(soundFilters(sound)));
  const first = firstPlan(measured);
  let plan = first;
  for (let n = 0; n <= ROUNDS; n += 1) {
    const now = parseLoudness(await encode(soundFilters(sound, plan)));
    const missing = TARGET_LUFS - (now?.integrated ?? TARGET_LUFS);
    if (!first.limited || Math.abs(missing) < NEAR || plan.gain + missing > first.gain + MAX_EXTRA) return;
    plan = { ...plan, gain: round(plan.gain + missing) };
  }
}

const round = (decibels: number): number => Math.round(decibels * 100) / 100;
