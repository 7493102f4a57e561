/** Bytes of one id. */
const WIDTH = 8;
const HIGH = 2 ** 32;

/**
 * Ids as 8 bytes each, little-endian: what protobuf makes of a packed `repeated fixed64`, in the form of a `bytes` field, so that a
 * list of ids crosses processes, and is compared, as one piece.
 */
export function packIds(ids: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(ids.length * WIDTH);
  ids.forEach((id, at) => {
    bytes.writeUInt32LE(id % HIGH, at * WIDTH);
    bytes.writeUInt32LE(Math.floor(id / HIGH), at * WIDTH + 4);
  });
  return bytes;
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** How many ids the bytes hold; undefined when they are no list of ids. */
export const packedCount = ({ length }: Uint8Array): number | undefined => (length % WIDTH === 0 ? length / WIDTH : undefined);

export function unpackIds(packed: Uint8Array): number[] {
  const bytes = asBuffer(packed);
  const count = Math.floor(bytes.length / WIDTH);
  return Array.from({ length: count }, (_, at) => bytes.readUInt32LE(at * WIDTH) + bytes.readUInt32LE(at * WIDTH + 4) * HIGH);
}

/** The bytes as a text of as many characters: the key of a map. */
export const packedText = (packed: Uint8Array): string => asBuffer(packed).toString('latin1');

/** A set of places: bit i of byte i/8, lowest first, says whether place i belongs to it. */
export function bitsWhere(count: number, holds: (at: number) => boolean): Uint8Array {
  const bits = new Uint8Array((count + 7) >> 3);
  for (let at = 0; at < count; at += 1) if (holds(at)) bits[at >> 3] = (bits[at >> 3] as number) | (1 << (at & 7));
  return bits;
}

export const hasBit = (bits: Uint8Array, at: number): boolean => (((bits[at >> 3] ?? 0) >> (at & 7)) & 1) === 1;
