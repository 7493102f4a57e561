import { open, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';

/** One of several files that hold an object's bytes one after another. */
export interface Piece {
  readonly blob: string;
  readonly size: number;
}

interface Cut {
  readonly blob: string;
  /** In the piece, both ends included. */
  readonly start: number;
  readonly end: number;
}

/** Which bytes of which pieces make up a range of the whole; both ends included. */
export function cutsOf(pieces: readonly Piece[], range: { start: number; end: number }): Cut[] {
  const cuts: Cut[] = [];
  let offset = 0;
  for (const { blob, size } of pieces) {
    const [start, end] = [Math.max(range.start - offset, 0), Math.min(range.end - offset, size - 1)];
    if (start <= end) cuts.push({ blob, start, end });
    offset += size;
  }
  return cuts;
}

async function* bytesOf(first: FileHandle, cuts: readonly Cut[], pathOf: (blob: string) => string): AsyncGenerator<Buffer> {
  let file: FileHandle | undefined = first;
  for (const { blob, start, end } of cuts) {
    file ??= await open(pathOf(blob), 'r');
    // The stream closes the file.
    yield* file.createReadStream({ start, end }) as AsyncIterable<Buffer>;
    file = undefined;
  }
}

/**
 * A stream over a range of an object that lies in several files.
 *
 * @returns undefined when the first of them is gone: the object has been replaced or removed meanwhile
 */
export async function readPieces(
  pieces: readonly Piece[],
  range: { start: number; end: number },
  pathOf: (blob: string) => string,
): Promise<Readable | undefined> {
  const cuts = cutsOf(pieces, range);
  const [head] = cuts;
  const first = head && (await open(pathOf(head.blob), 'r').catch(() => undefined));
  if (!head || !first) return undefined;
  if (cuts.length === 1) return first.createReadStream({ start: head.start, end: head.end });
  const stream = Readable.from(bytesOf(first, cuts, pathOf), { objectMode: false });
  // A stream that is never read does not begin, and so would not close its file.
  return stream.once('close', () => void first.close().catch(() => undefined));
}
