import type { RejectionReason } from '../../video.reasons.js';
import { lookAt } from './container.js';
import { mediaConfig } from './media.config.js';
import { runTool } from './run-tool.js';
import { safeInput } from './safe-input.js';
import { judge, judgeLength, reject, type Limits, type ProbeReport, type ProbedVideo, type Rejected } from './verdict.js';

/** Larger objects are never ours, in bytes. */
const MAX_BYTES = 1 << 30;
/** ffprobe takes 0.1 s; a hostile file may keep it busy for ever, in ms. */
const PROBE_MS = 20_000;
/** Reading all packets of a large file, and decoding its beginning, in ms. */
const READ_MS = 60_000;
/** How much is decoded, in s: a file that begins well goes on well, unless packets are missing, which reading them shows. */
const DECODED_SECONDS = 5;
const REPORT_BYTES = 256 * 1024;

const ENTRIES =
  'format=duration,nb_streams:stream=codec_type,codec_name,width,height,channels,duration:stream_disposition=attached_pic:stream_side_data=rotation';

/** ffprobe gives no report of a file whose streams it may not open; what it complains of first says why. */
function complaint(stderr: string): RejectionReason {
  if (stderr.includes('exceeds specified max pixel count')) return 'too-big';
  return stderr.includes('not on whitelist') ? 'unsupported-codec' : 'damaged';
}

async function readHeaders(source: string): Promise<ProbeReport | RejectionReason> {
  const args = ['-v', 'error', ...safeInput(source), '-show_entries', ENTRIES, '-of', 'json'];
  const { code, stdout, stderr } = await runTool(mediaConfig().FFPROBE_PATH, args, { ms: PROBE_MS, bytes: REPORT_BYTES });
  return code === 0 ? (JSON.parse(stdout.toString('utf8')) as ProbeReport) : complaint(stderr);
}

const ffmpeg = (args: string[]): ReturnType<typeof runTool> =>
  runTool(mediaConfig().FFMPEG_PATH, ['-v', 'error', '-nostdin', '-xerror', ...args], { ms: READ_MS, bytes: REPORT_BYTES });

/** Reads every packet without decoding; the time of the last one in s, or undefined when some are missing or broken. */
async function readPackets(source: string): Promise<number | undefined> {
  const streams = ['-map', '0:V:0', '-map', '0:a:0?', '-c', 'copy'];
  const { code, stdout, stderr } = await ffmpeg([...safeInput(source), ...streams, '-progress', 'pipe:1', '-f', 'null', '-']);
  if (code !== 0 || stderr.includes('partial file')) return undefined;
  const times = [...stdout.toString('utf8').matchAll(/^out_time_us=(\d+)/gm)];
  return Number(times.at(-1)?.[1] ?? 0) / 1e6;
}

async function decodesWell(source: string): Promise<boolean> {
  const { code } = await ffmpeg([
    '-t',
    String(DECODED_SECONDS),
    ...safeInput(source),
    '-map',
    '0:V:0',
    '-map',
    '0:a:0?',
    '-f',
    'null',
    '-',
  ]);
  return code === 0;
}

/** Containers do not know the length to the frame, in s. */
const LENGTH_SLACK = 1;

/**
 * Examines a file of a stranger: its headers, all its packets, and what its beginning looks like when it is decoded, since
 * a truncated MP4 has perfect headers.
 *
 * @param source a path, or an http address of our own store
 * @throws Error when the examination itself fails or takes too long: it may succeed another time
 */
export async function probeVideo(source: string, changes: Partial<Limits> = {}): Promise<ProbedVideo | Rejected> {
  const limits = { maxSeconds: mediaConfig().VIDEO_MAX_SECONDS, maxBytes: MAX_BYTES, ...changes };
  if (!/^https?:/.test(source)) {
    const { size, container } = await lookAt(source);
    if (size > limits.maxBytes) return reject('too-large');
    if (container === 'playlist') return reject('unsafe');
    if (container === 'unknown') return reject('not-a-video');
  }
  const report = await readHeaders(source);
  if (typeof report === 'string') return reject(report);
  const video = judge(report, limits);
  if (!video.ok) return video;
  const [read, whole] = await Promise.all([readPackets(source), decodesWell(source)]);
  if (!whole || read === undefined || read + LENGTH_SLACK < (video.durationMs / 1_000) * 0.9) return reject('damaged');
  if (video.durationMs > 0) return video;
  const wrong = judgeLength(read, limits);
  return wrong ? reject(wrong) : { ...video, durationMs: Math.round(read * 1_000) };
}
