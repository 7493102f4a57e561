import { outputFps } from './frame-rate.js';
import { rateOf } from './rates.js';
import type { Source } from './source.js';

/** One version of a video that is made. */
export interface Rendition {
  /** Its short side, such as `720p`; unique within a video. */
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** Usual and highest, in bit/s. */
  readonly videoBitRate: number;
  readonly maxRate: number;
  readonly audioBitRate: number;
  readonly fps: number;
  /** Whether the picture is taken over as it is. */
  readonly copyPicture: boolean;
}

/** Short sides of the ladder, in pixels. */
const SIDES = [360, 540, 720, 1_080];
const MAX_SIDE = 1_080;
/** The largest that is published first: more is wanted by few, and takes long. */
const FIRST_SIDE = 720;
/** A source that is larger than a step by no more than this gets no step of its own. */
const NEAR = 1.12;
/** A step that is nearer to the next one than this is left out. */
const APART = 0.8;
/** Wider pictures than this are made with fewer lines, so that no step costs much more than its 16:9 picture. */
const WIDEST = 2.4;
const AUDIO_BIT_RATE = 128_000;
/** Smaller sides are lost to the encoder, in pixels. */
const MIN_SIDE = 16;

const even = (pixels: number): number => Math.max(MIN_SIDE, Math.floor(pixels / 2 + 0.001) * 2);

/** Short sides to be made, ascending: never larger than the source's. */
function sidesFor(short: number): number[] {
  const whole = Math.min(short, MAX_SIDE);
  const below = SIDES.filter((side) => side <= whole).at(-1);
  const top = below !== undefined && whole <= below * NEAR ? below : whole;
  return [...SIDES.filter((side) => side <= top * APART), top];
}

function renditionOf(source: Source, side: number): Rendition {
  const { width, height } = source;
  const pixels = Math.min(width * height, side * side * WIDEST);
  const scale = Math.min(1, side / Math.min(width, height), Math.sqrt(pixels / (width * height)));
  const size = { width: even(width * scale), height: even(height * scale) };
  const fps = outputFps(source.fps, source.isConstantRate);
  const { usual, most } = rateOf(size.width, size.height, fps);
  const rates = { videoBitRate: usual, maxRate: most, audioBitRate: source.hasAudio ? AUDIO_BIT_RATE : 0 };
  return { name: `${side}p`, ...size, ...rates, fps, copyPicture: false };
}

/** The source's own picture as a rendition. */
function copyOf(source: Source): Rendition {
  const { width, height, fps, bitRate } = source;
  const base = renditionOf(source, Math.min(width, height));
  return {
    ...base,
    width,
    height,
    fps: Math.round(fps * 1_000) / 1_000,
    videoBitRate: bitRate,
    maxRate: Math.max(bitRate, base.maxRate),
    copyPicture: true,
  };
}

/** The bytes that renditions have at their highest rates. */
export const sizeAtMost = ({ durationMs }: Pick<Source, 'durationMs'>, renditions: readonly Rendition[]): number =>
  Math.ceil(renditions.reduce((sum, { maxRate, audioBitRate }) => sum + maxRate + audioBitRate, 0) * (durationMs / 8_000));

/**
 * What is made of a source: first the one that is published, then the others, the largest first. A picture that everybody
 * can play is its own first rendition.
 */
export function planLadder(source: Source): { first: Rendition; rest: Rendition[] } {
  const short = Math.min(source.width, source.height);
  const sides = sidesFor(short);
  const made = sides.map((side) => renditionOf(source, side)).reverse();
  if (source.canCopyPicture) {
    const first = copyOf(source);
    return { first, rest: made.filter(({ name, height }) => name !== first.name && height < source.height * APART) };
  }
  const first = renditionOf(source, sides.filter((side) => side <= FIRST_SIDE).at(-1) ?? FIRST_SIDE);
  return { first, rest: made.filter(({ name }) => name !== first.name) };
}
