/** How loud a sound is, by EBU R 128. */
export interface Loudness {
  /** In LUFS. */
  readonly integrated: number;
  /** In dBTP; only when its peaks were measured. */
  readonly truePeak?: number;
}

/** What makes a sound as loud as all others. */
interface Levels {
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

/** Reads the summary at the end of what ebur128 logs. */
export function parseLoudness(log: string): Loudness | undefined {
  const summary = log.slice(log.lastIndexOf('Summary:'));
  const integrated = Number(/\bI:\s*(-?[\d.]+) LUFS/.exec(summary)?.[1] ?? 'none');
  const truePeak = Number(/\bPeak:\s*(-?[\d.]+) dBFS/.exec(summary)?.[1] ?? 'none');
  if (!Number.isFinite(integrated) || integrated < UNMEASURED_LUFS) return undefined;
  return { integrated, ...(Number.isFinite(truePeak) ? { truePeak } : {}) };
}

/** Makes a sound as loud as all others; its peaks are bounded between samples too, which is why it is limited at four times the rate. */
function levelFilters({ gain, limited }: Levels): string[] {
  if (gain === 0 && !limited) return [];
  const ceiling = (10 ** (CEILING / 20)).toFixed(4);
  const limiter = ['aresample=192000', `alimiter=level=false:limit=${ceiling}:attack=2:release=60`, 'aresample=48000'];
  return [`volume=${gain.toFixed(2)}dB`, ...(limited ? limiter : [])];
}

/** Makes a sound exactly as long as the video: silence is added, or its end left out. */
const fittedTo = (seconds: number): string[] => [`apad=whole_dur=${seconds.toFixed(3)}`, `atrim=end=${seconds.toFixed(3)}`];

/**
 * Filters that measure a sound as it will be published, but for its level; `parseLoudness` reads what they log.
 *
 * @param seconds how long the video is
 */
export const measuringFilters = (seconds: number): string => [STEREO, ...fittedTo(seconds), MEASURE_WITH_PEAKS].join(',');

function firstLevels({ integrated }: Loudness, truePeak: number): Levels {
  const gain = integrated < SILENT_LUFS ? Math.min(0, CEILING - truePeak) : TARGET_LUFS - integrated;
  return { gain: round(gain), limited: truePeak + gain > CEILING };
}

/** Filters that make a sound what is published: two channels, as loud as all others, exactly as long as the video. */
const soundFilters = (seconds: number, levels?: Levels): string =>
  [STEREO, ...(levels ? levelFilters(levels) : []), ...fittedTo(seconds), ...(levels?.limited ? [MEASURE] : [])].join(',');

/**
 * Makes a sound as loud as all others. A limiter takes away loudness with the peaks, so what was made is measured as it is made, and
 * made once more, louder, where that is too little. Sounds that could not be measured, since they are silent or shorter than one block
 * of the measurement, stay as they are.
 *
 * @param seconds how long the video is
 * @param encode makes it with these filters, each time over the time before, and answers what ffmpeg logged
 * @throws as `encode`
 */
export async function makeEven(
  seconds: number,
  loudness: Loudness | undefined,
  encode: (filters: string) => Promise<string>,
): Promise<void> {
  if (loudness?.truePeak === undefined) return void (await encode(soundFilters(seconds)));
  const first = firstLevels(loudness, loudness.truePeak);
  let levels = first;
  for (let n = 0; n <= ROUNDS; n += 1) {
    const now = parseLoudness(await encode(soundFilters(seconds, levels)));
    const missing = TARGET_LUFS - (now?.integrated ?? TARGET_LUFS);
    if (!first.limited || Math.abs(missing) < NEAR || levels.gain + missing > first.gain + MAX_EXTRA) return;
    levels = { ...levels, gain: round(levels.gain + missing) };
  }
}

const round = (decibels: number): number => Math.round(decibels * 100) / 100;
