/** Rates that players are good at, as ffmpeg writes them. */
const STANDARD: readonly [number, string][] = [
  [5, '5'],
  [10, '10'],
  [12, '12'],
  [15, '15'],
  [20, '20'],
  [24_000 / 1_001, '24000/1001'],
  [24, '24'],
  [25, '25'],
  [30_000 / 1_001, '30000/1001'],
  [30, '30'],
  [48, '48'],
  [50, '50'],
  [60_000 / 1_001, '60000/1001'],
  [60, '60'],
];
export const MAX_FPS = 60;
/** How exactly a file has one of these rates: 24 and 23.976 differ by 0.1 %. */
const SAME = 0.000_4;
/** Frames that may be lost when frames come when they like. */
const LOSS = 0.97;

/** Frames per second of what is made from a source: its own rate when it is constant and not too high, else the next usual one. */
export function outputFps(fps: number, isConstantRate: boolean): number {
  const fair = fps > MAX_FPS * 1.001 ? fps / Math.ceil(fps / MAX_FPS - 0.001) : fps;
  const same = STANDARD.find(([rate]) => Math.abs(rate - fair) / rate < SAME)?.[0];
  if (same !== undefined) return same;
  if (isConstantRate && fair > 10) return Math.round(fair * 1_000) / 1_000;
  return STANDARD.find(([rate]) => rate >= fair * LOSS)?.[0] ?? MAX_FPS;
}

/** A rate as ffmpeg reads it exactly. */
export const fpsText = (fps: number): string => STANDARD.find(([rate]) => rate === fps)?.[1] ?? String(fps);
