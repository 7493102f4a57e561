/** Buckets of a histogram and how often each was hit, as replay.lua counts them. */
export type Buckets = readonly (readonly [bucket: number, times: number])[];

/** Of each power of two: a value is known to 1/64 = 1.6 %. */
const PER_OCTAVE = 64;

/** The bucket of a duration in µs; the twin of the function in replay.lua. */
export function bucketOf(us: number): number {
  const value = Math.max(1, us);
  const exponent = Math.floor(Math.log2(value)) + 1;
  return exponent * PER_OCTAVE + Math.floor((value / 2 ** (exponent - 1) - 1) * PER_OCTAVE);
}

/** The largest duration of a bucket, in µs. */
export function upperBound(bucket: number): number {
  const exponent = Math.floor(bucket / PER_OCTAVE);
  return 2 ** (exponent - 1) * (1 + ((bucket % PER_OCTAVE) + 1) / PER_OCTAVE);
}

/** The duration that a share of all (0 < share ≤ 1) does not exceed, in ms; 0 when nothing was counted. */
export function percentileMs(buckets: Buckets, share: number): number {
  const sorted = [...buckets].sort((a, b) => a[0] - b[0]);
  const wanted = Math.ceil(share * sorted.reduce((sum, [, times]) => sum + times, 0));
  let seen = 0;
  for (const [bucket, times] of sorted) {
    seen += times;
    if (seen >= wanted) return upperBound(bucket) / 1_000;
  }
  return 0;
}

export const total = (buckets: Buckets): number => buckets.reduce((sum, [, times]) => sum + times, 0);

/** The middle of some figures; of an even number the lower of the two, so that it is one that was measured. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
