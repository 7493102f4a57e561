import type { RejectionReason } from '../../video.reasons.js';
import { AUDIO_CODECS, MAX_PIXELS, MAX_STREAMS, VIDEO_CODECS } from './safe-input.js';

/** What ffprobe tells, as far as it is asked. */
export interface ProbeReport {
  readonly streams?: readonly ProbeStream[];
  readonly format?: { readonly duration?: string; readonly nb_streams?: number };
}

interface ProbeStream {
  readonly codec_type?: string;
  readonly codec_name?: string;
  readonly width?: number;
  readonly height?: number;
  readonly channels?: number;
  readonly duration?: string;
  readonly disposition?: { readonly attached_pic?: number };
  readonly side_data_list?: readonly { readonly rotation?: number }[];
}

export interface Limits {
  readonly maxSeconds: number;
  readonly maxBytes: number;
}

/** A video that may be published, as it is shown: rotation is applied. */
export interface ProbedVideo {
  readonly ok: true;
  readonly width: number;
  readonly height: number;
  readonly durationMs: number;
  readonly hasAudio: boolean;
  readonly codec: string;
}

export interface Rejected {
  readonly ok: false;
  readonly reason: RejectionReason;
}

/** Shorter ones are slips of a finger, in s. */
export const MIN_SECONDS = 0.3;
/** Of sounds: 7.1 is the most that a camera writes. */
const MAX_CHANNELS = 8;
/** Shorter sides than this cannot be seen, in pixels. */
const MIN_SIDE = 16;

export const reject = (reason: RejectionReason): Rejected => ({ ok: false, reason });

const seconds = (text: string | undefined): number => {
  const value = Number(text);
  return Number.isFinite(value) && value > 0 ? value : 0;
};

/** Whether a player turns the picture on its side. */
const isTurned = (stream: ProbeStream): boolean =>
  stream.side_data_list?.some(({ rotation }) => Math.abs(rotation ?? 0) % 180 === 90) ?? false;

/** Whether a length in s is one that we publish. */
export function judgeLength(length: number, limits: Limits): RejectionReason | undefined {
  if (length > limits.maxSeconds) return 'too-long';
  return length < MIN_SECONDS ? 'too-short' : undefined;
}

/** Pixels a second of the largest picture at the usual highest rate: more for as long as a video may be would keep a worker busy for hours. */
const MAX_PIXEL_RATE = MAX_PIXELS * 60;

/** Whether a picture of so many frames is one that we can afford to decode. */
export function judgeWork(
  { width = 0, height = 0 }: { width?: number; height?: number },
  frames: number,
  limits: Limits,
): RejectionReason | undefined {
  return width * height * frames > MAX_PIXEL_RATE * limits.maxSeconds ? 'too-heavy' : undefined;
}

function judgePicture(picture: ProbeStream): RejectionReason | undefined {
  const { width = 0, height = 0 } = picture;
  if (!VIDEO_CODECS.includes(picture.codec_name ?? '')) return 'unsupported-codec';
  if (width * height > MAX_PIXELS) return 'too-big';
  // A picture of unknown size is one whose headers are broken.
  if (width === 0 || height === 0) return 'damaged';
  return Math.min(width, height) < MIN_SIDE ? 'too-small' : undefined;
}

/**
 * Decides by a file's headers whether it is worth decoding. Its length may be 0 where the container does not say
 * (recordings that were streamed).
 */
export function judge(report: ProbeReport, limits: Limits): ProbedVideo | Rejected {
  const streams = report.streams ?? [];
  if (streams.length > MAX_STREAMS || (report.format?.nb_streams ?? 0) > MAX_STREAMS) return reject('unsafe');
  const picture = streams.find((stream) => stream.codec_type === 'video' && stream.disposition?.attached_pic !== 1);
  if (!picture) return reject('no-video');
  const wrong = judgePicture(picture);
  if (wrong) return reject(wrong);
  const sounds = streams.filter((stream) => stream.codec_type === 'audio');
  const known = sounds.find((sound) => AUDIO_CODECS.includes(sound.codec_name ?? ''));
  if (sounds.length > 0 && (!known || (known.channels ?? 0) > MAX_CHANNELS)) return reject('unsupported-codec');
  const length = Math.max(seconds(report.format?.duration), seconds(picture.duration));
  const wrongLength = length === 0 ? undefined : judgeLength(length, limits);
  if (wrongLength) return reject(wrongLength);
  const { width = 0, height = 0, codec_name: codec = '' } = picture;
  const shown = isTurned(picture) ? { width: height, height: width } : { width, height };
  return { ok: true, ...shown, durationMs: Math.round(length * 1_000), hasAudio: sounds.length > 0, codec };
}
