import { builtin } from './builtin.js';

/**
 * MD5 (RFC 1321), which browsers lack: the store answers each part with the MD5 of what it has stored. It tells an accident of the
 * network, not an attack; those are kept out by TLS and by signed addresses.
 */
const SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21] as const;

/** floor(2^32 × |sin(i + 1)|), as the RFC builds the table. */
const TABLE = Int32Array.from({ length: 64 }, (_, at) => Math.floor(Math.abs(Math.sin(at + 1)) * 2 ** 32));

/** Shift of each of the 64 steps, and the word it takes. */
const SHIFT = Uint8Array.from({ length: 64 }, (_, at) => SHIFTS[(at >> 4) * 4 + (at & 3)] ?? 0);
const WORD = Uint8Array.from({ length: 64 }, (_, at) => (at < 16 ? at : at < 32 ? 5 * at + 1 : at < 48 ? 3 * at + 5 : 7 * at) & 15);

const INITIAL = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476];

/** Adds whole blocks of 64 bytes to the state. */
function addBlocks(state: Int32Array, words: Int32Array): void {
  let [a0 = 0, b0 = 0, c0 = 0, d0 = 0] = state;
  for (let block = 0; block < words.length; block += 16) {
    let [a, b, c, d] = [a0, b0, c0, d0];
    for (let step = 0; step < 64; step += 1) {
      const mixed = step < 16 ? (b & c) | (~b & d) : step < 32 ? (d & b) | (~d & c) : step < 48 ? b ^ c ^ d : c ^ (b | ~d);
      const word = words[block + (WORD[step] as number)] as number;
      const sum = (a + mixed + (TABLE[step] as number) + word) | 0;
      const shift = SHIFT[step] as number;
      a = d;
      d = c;
      c = b;
      b = (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0;
    }
    [a0, b0, c0, d0] = [(a0 + a) | 0, (b0 + b) | 0, (c0 + c) | 0, (d0 + d) | 0];
  }
  state.set([a0, b0, c0, d0]);
}

/** Words of bytes whose number is a multiple of 64, without copying where the machine's byte order and the alignment allow it. */
function wordsOf(bytes: Uint8Array): Int32Array {
  const littleEndian = new Uint8Array(Int32Array.of(1).buffer)[0] === 1;
  if (littleEndian && bytes.byteOffset % 4 === 0) return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Int32Array.from({ length: bytes.length / 4 }, (_, at) => view.getInt32(at * 4, true));
}

/** The rest of the message with a one bit, zeros, and its length in bits. */
function lastBlocks(rest: Uint8Array, total: number): Uint8Array {
  const padded = new Uint8Array(rest.length < 56 ? 64 : 128);
  padded.set(rest);
  padded[rest.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, (total * 8) >>> 0, true);
  view.setUint32(padded.length - 4, Math.floor(total / 2 ** 29), true);
  return padded;
}

/** MD5 in hex, upper case, as the store writes it. */
export function md5InPlainCode(bytes: Uint8Array): string {
  const state = Int32Array.from(INITIAL);
  const whole = bytes.length - (bytes.length % 64);
  addBlocks(state, wordsOf(bytes.subarray(0, whole)));
  addBlocks(state, wordsOf(lastBlocks(bytes.subarray(whole), bytes.length)));
  const view = new DataView(new ArrayBuffer(16));
  state.forEach((word, at) => view.setInt32(at * 4, word, true));
  const hex = Array.from({ length: 16 }, (_, at) => view.getUint8(at).toString(16).padStart(2, '0'));
  return hex.join('').toUpperCase();
}

interface NodeCrypto {
  createHash(name: 'md5'): { update(bytes: Uint8Array): { digest(encoding: 'hex'): string } };
}

/** MD5 in hex, upper case. */
export function md5(bytes: Uint8Array): string {
  // Three times as fast.
  const native = builtin<NodeCrypto>('node:crypto');
  return native ? native.createHash('md5').update(bytes).digest('hex').toUpperCase() : md5InPlainCode(bytes);
}
