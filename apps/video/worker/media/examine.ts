import { lookAt } from './container.js';
import { runFfmpeg, type Watch } from './ffmpeg.js';
import { pictureOf, readHeaders, soundOf, type Headers, type StreamHeader } from './headers.js';
import { MEASURE, parseLoudness, planLoudness, STEREO } from './loudness.js';
import { mediaConfig } from './media.config.js';
import { endOf, pictureFacts, readPackets, type Packet, type PictureFacts } from './packets.js';
import { safeInput } from './safe-input.js';
import type { Source } from './source.js';
import { describeSource, ends } from './source-facts.js';
import { judge, judgeLength, reject, type Limits, type Rejected } from './verdict.js';

/** Containers do not know the length to the frame, in s. */
const LENGTH_SLACK = 1;
/** More frames than a slow-motion camera makes are an attack. */
const MAX_FPS = 250;
/** Frames that hold others together are not shown themselves, hence not all packets become frames. */
const LEAST_DECODED = 0.8;
/** How ffmpeg says that a file ends too early, though it reads what is there. */
const CUT_OFF = /\[error\].*(partial file|ended prematurely|Truncat|moov atom not found)/i;
/** ffmpeg ends by itself when it has used the processor for too long. */
const TOO_LONG = 'received signal 24';
/** Share of the progress that decoding is; the rest is measuring a sound again. */
const DECODING = 0.9;

interface Decoded {
  readonly frames: number;
  readonly log: string;
}

async function decode(
  path: string,
  picture: number,
  sound: number | undefined,
  durationMs: number,
  watch: Watch,
): Promise<Decoded | Rejected> {
  const heard = sound === undefined ? [] : ['-map', `0:${sound}`, '-af', `${STEREO},${MEASURE}`];
  const args = ['-v', 'level+info', '-xerror', ...safeInput(path), '-map', `0:${picture}`, ...heard, '-f', 'null', '-'];
  const { code, stderr, frames } = await runFfmpeg(args, { durationMs, ...watch });
  if (stderr.includes(TOO_LONG)) return reject('too-heavy');
  return code !== 0 || CUT_OFF.test(stderr) ? reject('damaged') : { frames, log: stderr };
}

/** Whether the packets are those of a video that we publish. */
function judgePackets(facts: PictureFacts, claimed: number, soundEnd: number, limits: Limits): Rejected | undefined {
  const length = ends(facts.end, soundEnd);
  if (facts.packets > MAX_FPS * Math.max(1, facts.end)) return reject('unsafe');
  if (Math.max(length, soundEnd) + LENGTH_SLACK < claimed * 0.9) return reject('damaged');
  const wrong = judgeLength(length, limits);
  return wrong && reject(wrong);
}

interface Opened {
  readonly headers: Headers;
  readonly picture: StreamHeader;
  readonly sizeBytes: number;
  readonly claimedMs: number;
}

/** Everything that can be told without reading all of a file. */
async function open(path: string, limits: Limits, signal?: AbortSignal): Promise<Opened | Rejected> {
  const { size, container } = await lookAt(path);
  if (size > limits.maxBytes) return reject('too-large');
  if (container === 'playlist') return reject('unsafe');
  if (container === 'unknown') return reject('not-a-video');
  const headers = await readHeaders(path, signal);
  if (typeof headers === 'string') return reject(headers);
  const verdict = judge(headers, limits);
  const picture = pictureOf(headers);
  if (!verdict.ok) return verdict;
  return picture ? { headers, picture, sizeBytes: size, claimedMs: verdict.durationMs } : reject('no-video');
}

/**
 * Examines a file of a stranger: its headers, every packet, and a real decode of all of it, since a truncated MP4 has perfect
 * headers. The loudness of its sound is measured in the same pass.
 *
 * @param options `limits` other than the configured ones
 * @throws Error when the examination itself fails or takes too long: it may succeed another time
 */
export async function examineFile(
  path: string,
  options: { limits?: Partial<Limits> } & Watch = {},
): Promise<({ readonly ok: true } & Source) | Rejected> {
  const { signal, onProgress } = options;
  const { VIDEO_MAX_SECONDS: maxSeconds, VIDEO_MAX_MEGABYTES: megabytes } = mediaConfig();
  const limits = { maxSeconds, maxBytes: megabytes * 2 ** 20, ...options.limits };
  const file = await open(path, limits, signal);
  if ('ok' in file) return file;
  const { headers, picture } = file;
  const [stream, sound] = [picture.index ?? 0, soundOf(headers)];
  const watch = { signal, onProgress: (share: number) => onProgress?.(share * DECODING) };
  const [packets, decoded] = await Promise.all([
    readPackets(path, signal),
    decode(path, stream, sound?.index, file.claimedMs || maxSeconds * 1_000, watch),
  ]);
  if (!packets) return reject('unsafe');
  if ('ok' in decoded) return decoded;
  const facts = factsOf(packets, file);
  if (!facts || decoded.frames === 0 || decoded.frames < facts.picture.packets * LEAST_DECODED) return reject('damaged');
  const wrong = judgePackets(facts.picture, file.claimedMs / 1_000, facts.soundEnd, limits);
  if (wrong) return wrong;
  const length = ends(facts.picture.end, facts.soundEnd);
  const heard = { path, stream: sound?.index ?? 0, end: facts.soundEnd, length };
  const loudness = sound && (await planLoudness(heard, parseLoudness(decoded.log), signal));
  onProgress?.(1);
  const found = { picture, sound, facts: facts.picture, soundEnd: facts.soundEnd, frames: decoded.frames, sizeBytes: file.sizeBytes };
  return { ok: true, ...describeSource(found, loudness) };
}

function factsOf(packets: readonly Packet[], { headers, picture }: Opened): { picture: PictureFacts; soundEnd: number } | undefined {
  const origin = Number(headers.format?.start_time ?? 0) || 0;
  const facts = pictureFacts(packets, picture.index ?? 0, origin);
  const sound = soundOf(headers);
  return facts && { picture: facts, soundEnd: sound ? endOf(packets, sound.index ?? 0, origin) : 0 };
}
