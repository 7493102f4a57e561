import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MAX_BUFFER = 64 * 2 ** 20;

interface ProbedStream {
  readonly codec_type: string;
  readonly codec_name: string;
  readonly profile?: string;
  readonly width?: number;
  readonly height?: number;
  readonly pix_fmt?: string;
  readonly color_space?: string;
  readonly color_transfer?: string;
  readonly sample_rate?: string;
  readonly channels?: number;
  readonly start_time?: string;
  readonly duration?: string;
  readonly avg_frame_rate?: string;
  readonly tags?: Record<string, string>;
  readonly side_data_list?: readonly { readonly side_data_type: string }[];
}
export interface Probed {
  readonly streams: readonly ProbedStream[];
  readonly format: { readonly duration: string; readonly tags?: Record<string, string> };
  readonly chapters: readonly unknown[];
}

/** What ffprobe, asked without any of our code, says of a file. */
export async function probe(path: string): Promise<Probed> {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-show_format', '-show_streams', '-show_chapters', '-of', 'json', path]);
  return JSON.parse(stdout) as Probed;
}

/** Times of all frames and of the key frames of a picture, ascending, in s. */
export async function frameTimes(path: string): Promise<{ all: number[]; keys: number[] }> {
  const args = ['-v', 'error', '-select_streams', 'V:0', '-show_entries', 'packet=pts_time,flags', '-of', 'csv=p=0', path];
  const { stdout } = await run('ffprobe', args, { maxBuffer: MAX_BUFFER });
  const packets = stdout
    .split('\n')
    .filter((line) => line.includes(','))
    .map((line) => line.split(','));
  const times = (lines: string[][]): number[] => lines.map(([at]) => Number(at)).sort((a, b) => a - b);
  return { all: times(packets), keys: times(packets.filter(([, flags]) => flags?.includes('K'))) };
}

/** Loudness in LUFS and true peak in dBTP. */
export async function loudness(path: string): Promise<{ integrated: number; peak: number }> {
  const { stderr } = await run('ffmpeg', [
    '-hide_banner',
    '-nostats',
    '-i',
    path,
    '-map',
    '0:a',
    '-af',
    'ebur128=peak=true:framelog=verbose',
    '-f',
    'null',
    '-',
  ]);
  const summary = stderr.slice(stderr.lastIndexOf('Summary:'));
  return { integrated: Number(/I:\s*(\S+) LUFS/.exec(summary)?.[1]), peak: Number(/Peak:\s*(\S+) dBFS/.exec(summary)?.[1]) };
}

const raw = async (path: string, args: readonly string[]): Promise<Buffer> => {
  const { stdout } = await run('ffmpeg', ['-v', 'error', '-i', path, ...args, '-'], {
    encoding: 'buffer',
    maxBuffer: MAX_BUFFER,
  });
  return stdout;
};

/** Looks a second at which the flash is sought. */
const LOOKS = 200;
const RATE = 8_000;

/** Where a file is looked at: some seconds of a long one. */
export interface Window {
  readonly from: number;
  readonly seconds: number;
}
/** The filters that leave only the window, which then begins at 0; `a` before their names for sound. */
const windowed = (window: Window | undefined, a: string): string =>
  window ? `${a}trim=${window.from}:${window.from + window.seconds},${a}setpts=PTS-${window.from}/TB,` : '';

/** When the picture first turns white, in s from the beginning of the window; undefined when it never does. */
export async function flashAt(path: string, window?: Window): Promise<number | undefined> {
  const look = `${windowed(window, '')}fps=${LOOKS}:start_time=0,scale=1:1:flags=area,format=gray`;
  const lightness = await raw(path, ['-map', '0:v', '-vf', look, '-f', 'rawvideo']);
  const at = lightness.findIndex((value) => value > 215);
  return at < 0 ? undefined : at / LOOKS;
}

/** When the beep begins, in s from the beginning of the window: when it gets half as loud as it will be. */
export async function beepAt(path: string, window?: Window): Promise<number> {
  const tone = [
    '-map',
    '0:a',
    '-af',
    `aresample=async=1:first_pts=0,${windowed(window, 'a')}bandpass=f=1000:width_type=h:w=200`,
    '-ac',
    '1',
    '-ar',
    String(RATE),
  ];
  const bytes = await raw(path, [...tone, '-f', 's16le']);
  const samples = new Int16Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 2)).map(Math.abs);
  const loudest = samples.reduce((most, sample) => Math.max(most, sample), 0);
  return samples.findIndex((sample) => sample > loudest / 2) / RATE;
}

/**
 * How much a rendition looks like its source scaled to its size: SSIM of all planes, 1 = the same.
 *
 * @param filters that make the source's pictures as the rendition has them
 */
export async function similarity(rendition: string, source: string, filters: string): Promise<number> {
  const graph = `[1:V:0]${filters}[a];[0:V:0]setpts=PTS-STARTPTS[b];[a]setpts=PTS-STARTPTS[c];[b][c]ssim`;
  const { stderr } = await run('ffmpeg', ['-hide_banner', '-nostats', '-i', rendition, '-i', source, '-lavfi', graph, '-f', 'null', '-']);
  return Number(/All:([\d.]+)/.exec(stderr)?.[1]);
}
