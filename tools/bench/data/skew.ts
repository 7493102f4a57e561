/**
 * Draws ranks 0 … n-1 with Zipf's law (exponent 1): the first is drawn n times as often as the last. Popularity on video platforms
 * follows it closely for the head (Cha et al., "I Tube, You Tube, Everybody Tubes", IMC 2007).
 *
 * @param random uniform in [0, 1)
 */
export function zipf(n: number, random: () => number): () => number {
  const logN = Math.log(n + 1);
  return () => Math.min(n - 1, Math.floor(Math.exp(random() * logN)) - 1);
}

/** A small reproducible generator (mulberry32, public domain, Tommy Ettinger), so that every run gets the same data set. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
