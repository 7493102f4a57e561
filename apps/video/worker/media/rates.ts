/** What one step of the ladder costs: bit/s of the picture at 30 frames a second, usual and at most. */
export interface Rate {
  readonly usual: number;
  readonly most: number;
}

/** By the short side of a 16:9 picture; between these it grows with the number of pixels. */
const STEPS: readonly { readonly side: number; readonly rate: Rate }[] = [
  { side: 360, rate: { usual: 600_000, most: 1_000_000 } },
  { side: 540, rate: { usual: 1_200_000, most: 2_000_000 } },
  { side: 720, rate: { usual: 2_000_000, most: 3_500_000 } },
  { side: 1_080, rate: { usual: 4_000_000, most: 6_500_000 } },
];

/** Twice as many frames need half as many bits more: neighbours look more alike. */
const FAST = 1.5;
const FAST_FPS = 40;
/** Even the smallest picture needs some, in bit/s. */
const LEAST = 150_000;

const WIDE = 16 / 9;

/** The rates of a picture of this size. */
export function rateOf(width: number, height: number, fps: number): Rate {
  const pixels = width * height;
  const step = STEPS.find(({ side }) => side * side * WIDE * 1.01 >= pixels) ?? STEPS[STEPS.length - 1];
  const { side, rate } = step as (typeof STEPS)[number];
  const factor = Math.min(1, pixels / (side * side * WIDE)) * (fps > FAST_FPS ? FAST : 1);
  const scaled = (bits: number): number => Math.max(LEAST, Math.round((bits * factor) / 1_000) * 1_000);
  return { usual: scaled(rate.usual), most: scaled(rate.most) };
}
