import { Readable } from 'node:stream';

/** A kind of video file that we take, by what its first bytes say. */
export interface Container {
  extension: string;
  contentType: string;
}

/** As many bytes as telling the kinds apart needs: a Matroska header names its type well within them. */
export const SNIFF_BYTES = 64;

const MP4: Container = { extension: 'mp4', contentType: 'video/mp4' };
const MOV: Container = { extension: 'mov', contentType: 'video/quicktime' };
const WEBM: Container = { extension: 'webm', contentType: 'video/webm' };
const MKV: Container = { extension: 'mkv', contentType: 'video/x-matroska' };

/** Box types that an ISO base media file may begin with besides `ftyp` (ISO/IEC 14496-12; QuickTime files of old begin with the others). */
const QUICKTIME_BOXES = new Set(['moov', 'mdat', 'wide', 'free', 'skip']);

/**
 * The kind of a video by its content; the client's file name and content type are not looked at.
 *
 * @returns undefined when it is none that we take
 */
export function sniff(start: Buffer): Container | undefined {
  const box = start.toString('latin1', 4, 8);
  if (box === 'ftyp') return start.toString('latin1', 8, 10) === 'qt' ? MOV : MP4;
  if (QUICKTIME_BOXES.has(box)) return MOV;
  // EBML (RFC 8794, section 11.2.1).
  if (start.length >= 4 && start.readUInt32BE(0) === 0x1a45dfa3) return start.includes('webm') ? WEBM : MKV;
  return undefined;
}

/** The first bytes of a stream, and the stream as if they had not been read. */
export async function peek(stream: Readable, bytes: number): Promise<{ start: Buffer; whole: Readable }> {
  const iterator = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
  const chunks: Buffer[] = [];
  let size = 0;
  while (size < bytes) {
    const { value, done } = await iterator.next();
    if (done) break;
    chunks.push(value);
    size += value.length;
  }
  const rest = async function* (): AsyncGenerator<Buffer> {
    try {
      yield* chunks;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  };
  return { start: Buffer.concat(chunks).subarray(0, bytes), whole: Readable.from(rest(), { objectMode: false }) };
}
