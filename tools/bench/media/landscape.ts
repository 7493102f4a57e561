import { encodePng, type Pixel } from '@doul/storage';
import { seeded } from '../data/skew.js';

/** Sizes of the lattice that the coarsest octave is made on; each next one is twice as fine. */
const COARSEST = 3;
const OCTAVES = 8;
const LATTICE = 256;

/** Smooth noise: values on a lattice, blended by a cubic. */
function noise(seed: number): (x: number, y: number) => number {
  const random = seeded(seed);
  const values = Float32Array.from({ length: LATTICE * LATTICE }, () => random());
  const at = (x: number, y: number): number => values[(y & (LATTICE - 1)) * LATTICE + (x & (LATTICE - 1))] ?? 0;
  const ease = (t: number): number => t * t * (3 - 2 * t);
  return (x, y) => {
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const [u, v] = [ease(x - left), ease(y - top)];
    const upper = at(left, top) * (1 - u) + at(left + 1, top) * u;
    const lower = at(left, top + 1) * (1 - u) + at(left + 1, top + 1) * u;
    return upper * (1 - v) + lower * v;
  };
}

/**
 * A picture whose detail falls with its fineness as that of photographs does: amplitude by 1/f (Field, "Relations between the
 * statistics of natural images and the response properties of cortical cells", 1987). PNG.
 */
export function landscape(width: number, height: number, seed: number): Buffer {
  const layers = [1, 2, 3].map((part) => noise(seed * 10 + part));
  const value = (layer: (x: number, y: number) => number, x: number, y: number): number => {
    let sum = 0;
    let most = 0;
    for (let octave = 0; octave < OCTAVES; octave += 1) {
      const scale = COARSEST * 2 ** octave;
      const share = 0.5 ** octave;
      sum += layer(x * scale * (width / height), y * scale) * share;
      most += share;
    }
    return sum / most;
  };
  return encodePng(width, height, (x, y): Pixel => {
    const [a, b, c] = layers.map((layer) => value(layer, x, y)) as [number, number, number];
    const light = Math.min(1, Math.max(0, (a - 0.25) * 2));
    return [255 * light * (0.6 + 0.4 * b), 255 * light * (0.55 + 0.45 * c), 255 * light * (0.5 + 0.5 * (1 - b))];
  });
}
