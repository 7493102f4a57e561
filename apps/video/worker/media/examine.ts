import { lookAt } from './container.js';
import { runFfmpeg, type Watch } from './ffmpeg.js';
import { pictureOf, readHeaders, soundOf, type Headers, type StreamHeader } from './headers.js';
import { MEASURE, parseLoudness, planLoudness, STEREO } from './loudness.js';
import { mediaConfig } from './media.config.js';
import { endOf, pictureFacts, readPackets, type Packet, type PictureFacts } from './packets.js';
import { CUT_OFF, safeInput } from './safe-input.js';
import type { Source } from './source.js';
import { describeSource, ends, type Found } from './source-facts.js';
import { judge, judgeLength, reject, type Limits, type Rejected } from './verdict.js';

/** Containers do not know the length to the frame, in s. */
const LENGTH_SLACK = 1;
/** More frames than a slow-motion camera makes are an attack. */
const MAX_FPS = 250;
/** Frames that hold others together are not shown themselves, hence not all packets become frames. */
const LEAST_DECODED = 0.8;
/** ffmpeg ends by itself when it has used the processor for too long. */
const TOO_LONG = 'received signal 24';
/** How much of a picture that will be encoded is decoded before: its encoder decodes all of it, in s. */
const TASTE = '1';
/** Hidden packets of VP8 cannot be told from frames until they are decoded. */
const HIDES_FRAMES = 'vp8';
/** Share of the progress that hearing is where the picture is decoded too. */
const HEARING = 0.2;

interface Decoded {
  readonly frames: number;
  readonly log: string;
}

const DISCARD = ['-f', 'null', '-'];

async function run(args: readonly string[], durationMs: number, watch: Watch): Promise<Decoded | Rejected> {
  const { code, stderr, frames } = await runFfmpeg(['-v', 'level+info', '-xerror', ...args], { durationMs, ...watch });
  if (stderr.includes(TOO_LONG)) return reject('too-heavy');
  return code !== 0 || CUT_OFF.test(stderr) ? reject('damaged') : { frames, log: stderr };
}

/** Decodes all of a sound and measures it, and the beginning of the picture. */
function hear(path: string, { picture, sound }: Opened, durationMs: number, watch: Watch): Promise<Decoded | Rejected> {
  const heard = sound ? [...safeInput(path), '-map', `1:${sound.index ?? 0}`, '-af', `${STEREO},${MEASURE}`, ...DISCARD] : [];
  const [input, output] = [heard.slice(0, heard.indexOf('-map')), heard.slice(heard.indexOf('-map'))];
  const seen = ['-map', `0:${picture.index ?? 0}`, ...DISCARD];
  return run(['-t', TASTE, ...safeInput(path), ...(sound ? input : []), ...seen, ...(sound ? output : [])], durationMs, watch);
}

/** Decodes all of a picture. */
const see = (path: string, { picture }: Opened, durationMs: number, watch: Watch): Promise<Decoded | Rejected> =>
  run([...safeInput(path), '-map', `0:${picture.index ?? 0}`, ...DISCARD], durationMs, watch);

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
  readonly sound: StreamHeader | undefined;
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
  return picture ? { headers, picture, sound: soundOf(headers), sizeBytes: size, claimedMs: verdict.durationMs } : reject('no-video');
}

/**
 * Examines a file of a stranger: its headers, every packet, and a real decode of all of its sound, which is measured, and of its
 * picture, since a truncated MP4 has perfect headers. A picture that has to be encoded is decoded by its encoder, which finds
 * what is damaged too (`UndecodableError`): here only its beginning is, so that nothing is decoded twice.
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
  const expectedMs = file.claimedMs || maxSeconds * 1_000;
  const listening = { signal, onProgress: (share: number) => onProgress?.(share * HEARING) };
  const [list, heard] = await Promise.all([readPackets(path, signal), hear(path, file, expectedMs, listening)]);
  if (!list) return reject('unsafe');
  const facts = factsOf(list.packets, file);
  if (!facts || CUT_OFF.test(list.log)) return reject('damaged');
  const wrong = judgePackets(facts.picture, file.claimedMs / 1_000, facts.soundEnd, limits);
  if (wrong) return wrong;
  if ('ok' in heard) return heard;
  const found = { ...file, facts: facts.picture, soundEnd: facts.soundEnd, frames: facts.picture.packets };
  const frames = await countFrames(path, found, describeSource(found, undefined).canCopyPicture, options);
  if (typeof frames !== 'number') return frames;
  const length = ends(facts.picture.end, facts.soundEnd);
  const sound = { path, stream: file.sound?.index ?? 0, end: facts.soundEnd, length };
  const loudness = file.sound && (await planLoudness(sound, parseLoudness(heard.log), signal));
  onProgress?.(1);
  return { ok: true, ...describeSource({ ...found, frames }, loudness) };
}

/** The number of a picture's frames; all are decoded when nobody else will, or when its packets do not tell. */
async function countFrames(
  path: string,
  found: Opened & Found,
  isCopied: boolean,
  { signal, onProgress }: Watch,
): Promise<number | Rejected> {
  if (!isCopied && found.picture.codec_name !== HIDES_FRAMES) return found.frames;
  const watch = { signal, onProgress: (share: number) => onProgress?.(HEARING + share * (1 - HEARING)) };
  const seen = await see(path, found, found.facts.end * 1_000, watch);
  if ('ok' in seen) return seen;
  return seen.frames === 0 || seen.frames < found.frames * LEAST_DECODED ? reject('damaged') : seen.frames;
}

function factsOf(packets: readonly Packet[], { headers, picture, sound }: Opened): { picture: PictureFacts; soundEnd: number } | undefined {
  const origin = Number(headers.format?.start_time ?? 0) || 0;
  const facts = pictureFacts(packets, picture.index ?? 0, origin);
  return facts && { picture: facts, soundEnd: sound ? endOf(packets, sound.index ?? 0, origin) : 0 };
}
