import { lookAt } from './container.js';
import { see } from './decode.js';
import type { Watch } from './ffmpeg.js';
import { pictureOf, readHeaders, soundOf, type Headers, type StreamHeader } from './headers.js';
import { mediaConfig } from './media.config.js';
import { areWhole, endOf, pictureFacts, readPackets, type Packet, type PacketList, type PictureFacts } from './packets.js';
import { CUT_OFF } from './safe-input.js';
import type { Source } from './source.js';
import { describeSource, ends } from './source-facts.js';
import { together } from './together.js';
import { UndecodableError } from './undecodable.js';
import { judge, judgeLength, judgeWork, reject, type Limits, type Rejected } from './verdict.js';

/** Containers do not know the length to the frame, in s. */
const LENGTH_SLACK = 1;
/** More frames than a slow-motion camera makes are an attack. */
const MAX_FPS = 250;
/** Hidden packets of VP8 cannot be told from frames until they are decoded. */
const HIDES_FRAMES = 'vp8';

/** Whether the packets are those of a video that we publish. */
function judgePackets(facts: PictureFacts, { picture, claimedMs }: Opened, soundEnd: number, limits: Limits): Rejected | undefined {
  const claimed = claimedMs / 1_000;
  const length = ends(facts.end, soundEnd);
  if (facts.packets > MAX_FPS * Math.max(1, facts.end)) return reject('unsafe');
  if (Math.max(length, soundEnd) + LENGTH_SLACK < claimed * 0.9) return reject('damaged');
  const wrong = judgeLength(length, limits) ?? judgeWork(picture, facts.packets, limits);
  return wrong && reject(wrong);
}

interface Opened {
  readonly headers: Headers;
  readonly picture: StreamHeader;
  readonly sound: StreamHeader | undefined;
  readonly sizeBytes: number;
  readonly claimedMs: number;
}

/** Ends what is done at the same time. */
class Refused extends Error {
  constructor(readonly verdict: Rejected) {
    super(verdict.reason);
  }
}

/** Judges a file by its headers. */
async function open(path: string, sizeBytes: number, limits: Limits, signal: AbortSignal): Promise<Opened> {
  const headers = await readHeaders(path, signal);
  if (typeof headers === 'string') throw new Refused(reject(headers));
  const verdict = judge(headers, limits);
  const picture = pictureOf(headers);
  if (!verdict.ok) throw new Refused(verdict);
  if (!picture) throw new Refused(reject('no-video'));
  return { headers, picture, sound: soundOf(headers), sizeBytes, claimedMs: verdict.durationMs };
}

/** Reads all of a file. */
async function read(path: string, limits: Limits, signal?: AbortSignal): Promise<(Opened & { list: PacketList }) | Rejected> {
  const { size, container } = await lookAt(path);
  if (size > limits.maxBytes) return reject('too-large');
  if (container === 'playlist') return reject('unsafe');
  if (container === 'unknown') return reject('not-a-video');
  try {
    const [file, list] = await together<[Opened, PacketList | undefined]>(
      signal,
      (both) => open(path, size, limits, both),
      (both) => readPackets(path, both),
    );
    return list ? { ...file, list } : reject('unsafe');
  } catch (error) {
    if (error instanceof Refused) return error.verdict;
    throw error;
  }
}

/**
 * Examines a file of a stranger: its headers and every packet, since a truncated MP4 has perfect headers. Whoever makes the first rendition
 * decodes all of it, and finds what else is damaged (`UndecodableError`), so that nothing is decoded twice.
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
  const file = await read(path, limits, signal);
  if ('ok' in file) return file;
  const facts = factsOf(file.list.packets, file);
  if (!facts || CUT_OFF.test(file.list.log)) return reject('damaged');
  const wrong = judgePackets(facts.picture, file, facts.soundEnd, limits);
  if (wrong) return wrong;
  const frames = await countFrames(path, file, facts.picture, { signal, onProgress });
  if (typeof frames !== 'number') return frames;
  onProgress?.(1);
  return { ok: true, ...describeSource({ ...file, facts: facts.picture, soundEnd: facts.soundEnd, frames }) };
}

/** The number of a picture's frames; all are decoded when its packets do not tell. */
async function countFrames(path: string, { picture }: Opened, facts: PictureFacts, watch: Watch): Promise<number | Rejected> {
  if (picture.codec_name !== HIDES_FRAMES) return facts.packets;
  try {
    const frames = await see(path, picture.index ?? 0, facts.end * 1_000, watch);
    return areWhole(frames, facts.packets) ? frames : reject('damaged');
  } catch (error) {
    if (error instanceof UndecodableError) return reject(error.reason);
    throw error;
  }
}

function factsOf(packets: readonly Packet[], { headers, picture, sound }: Opened): { picture: PictureFacts; soundEnd: number } | undefined {
  const origin = Number(headers.format?.start_time ?? 0) || 0;
  const facts = pictureFacts(packets, picture.index ?? 0, origin);
  return facts && { picture: facts, soundEnd: sound ? endOf(packets, sound.index ?? 0, origin) : 0 };
}
