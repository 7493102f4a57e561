/** Sizes that are kept, in bytes: a comment list, a page of the feed, a long list. */
const SIZES = [8, 32, 128, 512].map((kib) => kib << 10);
/** Buffers of one size that are kept: as many as answers are in flight under load; at most 170 MB, if all were ever used at once. */
const MAX_KEPT = 256;

const free = new Map<number, ArrayBuffer[]>(SIZES.map((size) => [size, []]));
const ours = new WeakSet<ArrayBufferLike>();

/**
 * Memory for an answer's body, to be given to a `RawAnswer` that says so: it is used again once the answer is sent. A page of 22 KB for
 * each request is otherwise most of what the garbage collector has to do.
 */
export function answerBuffer(bytes: number): Buffer {
  const size = SIZES.find((each) => each >= bytes);
  if (size === undefined) return Buffer.allocUnsafe(bytes);
  const memory = free.get(size)?.pop() ?? new ArrayBuffer(size);
  ours.add(memory);
  return Buffer.from(memory, 0, bytes);
}

/** Takes back what `answerBuffer` gave; other buffers are left alone. Nobody may hold on to it. */
export function giveBack({ buffer }: Buffer): void {
  // Once only: the same memory in two answers would mix them.
  if (!ours.delete(buffer)) return;
  const kept = free.get(buffer.byteLength);
  if (kept && kept.length < MAX_KEPT) kept.push(buffer as ArrayBuffer);
}
