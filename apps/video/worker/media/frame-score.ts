/** Frames are looked at in grey, as squares of this side, whatever shape they have. */
export const LOOK_SIDE = 192;

/** What makes a frame a good cover or a bad one. */
export interface FrameLook {
  /** Share of pixels that are nearly black, or nearly white. */
  readonly dark: number;
  readonly bright: number;
  /** Standard deviation of lightness. */
  readonly contrast: number;
  /** Mean of how much pixels differ from their neighbours: low in blurred frames. */
  readonly sharpness: number;
}

const DARK = 34;
const BRIGHT = 232;
/** A frame is black, or a flash, when this share of it is. */
const MOSTLY = 0.9;
/** Less contrast than this is a wall, or a fade. */
const FLAT = 12;

/** Measures a grey square. */
export function lookAtFrame(grey: Uint8Array, side = LOOK_SIDE): FrameLook {
  let [sum, squares, dark, bright, edges] = [0, 0, 0, 0, 0];
  for (let at = 0; at < side * side; at += 1) {
    const value = grey[at] ?? 0;
    sum += value;
    squares += value * value;
    if (value < DARK) dark += 1;
    if (value > BRIGHT) bright += 1;
  }
  for (let y = 1; y < side - 1; y += 1) {
    for (let x = 1; x < side - 1; x += 1) {
      const at = y * side + x;
      const around = (grey[at - 1] ?? 0) + (grey[at + 1] ?? 0) + (grey[at - side] ?? 0) + (grey[at + side] ?? 0);
      edges += Math.abs(4 * (grey[at] ?? 0) - around);
    }
  }
  const count = side * side;
  const variance = Math.max(0, squares / count - (sum / count) ** 2);
  return { dark: dark / count, bright: bright / count, contrast: Math.sqrt(variance), sharpness: edges / (side - 2) ** 2 };
}

/** Whether a frame shows something. */
export const isShowing = ({ dark, bright, contrast }: FrameLook): boolean => dark < MOSTLY && bright < MOSTLY && contrast >= FLAT;

/** How good a cover a frame is; higher is better. Sharpness counts most, and what is half in the dark counts less. */
export function scoreOf(look: FrameLook): number {
  const lit = 1 - Math.max(look.dark, look.bright);
  const score = Math.log1p(look.sharpness) * Math.min(1, look.contrast / 48) * (0.3 + 0.7 * lit);
  return isShowing(look) ? score + 1 : score * 0.1 - look.dark;
}
