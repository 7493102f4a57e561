/** Part sizes are whole multiples of this, in bytes. */
const STEP = 2 ** 20;
/** Few enough that a list of all parts is one page of the store, and far below its 10,000. */
const MAX_PARTS = 1_000;

/**
 * How a file is cut: parts of equal size but the last, as small as the configuration says unless there would be too many.
 *
 * @param sizeBytes at least 1
 * @param smallest bytes of the smallest part
 */
export function planParts(sizeBytes: number, smallest: number): { partSize: number; partCount: number } {
  const partSize = Math.max(smallest, Math.ceil(sizeBytes / MAX_PARTS / STEP) * STEP);
  return { partSize, partCount: Math.ceil(sizeBytes / partSize) };
}
