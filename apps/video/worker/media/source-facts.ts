import { isTurned, pixelShape, shownSize, type StreamHeader } from './headers.js';
import type { PictureFacts } from './packets.js';
import { rateOf } from './rates.js';
import type { Source } from './source.js';

/** A sound that goes on for longer than this after the picture is part of the video, in s; less is how recorders end. */
const AFTER_PICTURE = 0.5;
/** Transfer functions of HDR10 and HLG. */
const HDR = ['smpte2084', 'arib-std-b67'];
/** Colours that are those of BT.709, or were not named. */
const BT709 = ['bt709', 'unknown', undefined];

/** What everybody's player decodes: profiles and levels of H.264. */
const PROFILES = ['Constrained Baseline', 'Baseline', 'Main', 'High'];
const MAX_LEVEL = 42;
/** Longest side and shortest one of a picture that is published as it is, in pixels. */
const COPIED = { most: 2_560, short: 1_080 };
/** Whatever its size, a picture of this rate is played on any network, in bit/s. */
const CHEAP = 1_000_000;
/** Longest time between frames that can be sought to, in s: two, and a frame. */
const LONGEST_GROUP = 2.1;
/** A picture that begins later than this after the sound is moved, in s. */
const LATE = 0.05;
const MAX_FPS = 60.1;

export interface Found {
  readonly picture: StreamHeader;
  readonly sound: StreamHeader | undefined;
  readonly facts: PictureFacts;
  /** In s. */
  readonly soundEnd: number;
  /** That there are. */
  readonly frames: number;
  readonly sizeBytes: number;
}

/** When a video is over, in s. */
export const ends = (pictureEnd: number, soundEnd: number): number => (soundEnd > pictureEnd + AFTER_PICTURE ? soundEnd : pictureEnd);

/** Whether the header of a picture is one that everybody can play. */
function isPlayable(picture: StreamHeader): boolean {
  const { width = 0, height = 0 } = picture;
  if (picture.codec_name !== 'h264' || !PROFILES.includes(picture.profile ?? '') || (picture.level ?? 99) > MAX_LEVEL) return false;
  if (picture.pix_fmt !== 'yuv420p' || picture.color_range === 'pc' || HDR.includes(picture.color_transfer ?? '')) return false;
  if (isTurned(picture) || pixelShape(picture) !== 1 || isInterlaced(picture)) return false;
  return width % 2 === 0 && height % 2 === 0 && Math.max(width, height) <= COPIED.most && Math.min(width, height) <= COPIED.short;
}

const isInterlaced = ({ field_order: order }: StreamHeader): boolean =>
  order !== undefined && order !== 'progressive' && order !== 'unknown';

function canCopy({ picture, facts, soundEnd }: Found, fps: number, bitRate: number): boolean {
  const { width = 0, height = 0 } = picture;
  const isSeekable = facts.isClosed && facts.longestGroup <= LONGEST_GROUP;
  const isOnTime = facts.isConstantRate && fps <= MAX_FPS && facts.start <= LATE && ends(facts.end, soundEnd) === facts.end;
  return isPlayable(picture) && isSeekable && isOnTime && bitRate <= Math.max(CHEAP, rateOf(width, height, fps).most);
}

/** Puts together what was found out about a file. */
export function describeSource(found: Found): Source {
  const { picture, sound, facts, soundEnd } = found;
  const seconds = Math.max(0.001, facts.end - facts.start);
  const fps = found.frames / seconds;
  const bitRate = Math.round((facts.bytes * 8) / seconds);
  return {
    sizeBytes: found.sizeBytes,
    ...shownSize(picture),
    hasSquarePixels: pixelShape(picture) === 1,
    durationMs: Math.round(ends(facts.end, soundEnd) * 1_000),
    pictureMs: Math.round(facts.end * 1_000),
    fps: Math.round(fps * 1_000) / 1_000,
    frames: found.frames,
    isConstantRate: facts.isConstantRate,
    codec: picture.codec_name ?? '',
    isHdr: HDR.includes(picture.color_transfer ?? ''),
    isInterlaced: isInterlaced(picture),
    isBt709: BT709.includes(picture.color_space) && picture.color_range !== 'pc',
    bitRate,
    pictureStream: picture.index ?? 0,
    ...(sound ? { soundStream: sound.index ?? 0 } : {}),
    hasAudio: sound !== undefined,
    audioChannels: sound?.channels ?? 0,
    canCopyPicture: canCopy(found, fps, bitRate),
  };
}
