import { crc32 } from 'node:zlib';

export interface ImageKind {
  contentType: 'image/jpeg' | 'image/png' | 'image/webp';
  extension: 'jpg' | 'png' | 'webp';
  width: number;
  height: number;
}

/** Most pixels of a side: what phones display and WebP viewers decode safely. */
const MAX_SIDE = 8_192;

interface Size {
  width: number;
  height: number;
}

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Walks the chunks of a PNG, checks their sums, and demands pixel data and an end. */
function pngSize(bytes: Buffer): Size | undefined {
  let size: Size | undefined;
  let hasData = false;
  for (let at = PNG_SIGNATURE.length; at + 12 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const end = at + 12 + length;
    if (end > bytes.length || crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4)) return undefined;
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (type === 'IHDR' && length === 13) size = { width: bytes.readUInt32BE(at + 8), height: bytes.readUInt32BE(at + 12) };
    if (type === 'IDAT') hasData = true;
    if (type === 'IEND') return hasData ? size : undefined;
    at = end;
  }
  return undefined;
}

/** Markers that start a frame and hold its size: SOF0 to SOF15 without DHT, JPG and DAC. */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/** Walks the segments of a JPEG to its scan, and demands a frame before it and an end marker after it. */
function jpegSize(bytes: Buffer): Size | undefined {
  let size: Size | undefined;
  for (let at = 2; at + 4 <= bytes.length;) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const length = bytes.readUInt16BE(at + 2);
    if (isFrame(marker) && at + 9 <= bytes.length) size = { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    if (marker === 0xda) return bytes.lastIndexOf(Buffer.from([0xff, 0xd9])) > at ? size : undefined;
    if (length < 2) return undefined;
    at += 2 + length;
  }
  return undefined;
}

/** Size of a WebP from its first chunk (RFC 9649, sections 2.5 to 2.7); the RIFF length must match the file. */
function webpSize(bytes: Buffer): Size | undefined {
  if (bytes.length < 30 || bytes.toString('latin1', 8, 12) !== 'WEBP' || bytes.readUInt32LE(4) + 8 > bytes.length) return undefined;
  const chunk = bytes.toString('latin1', 12, 16);
  if (chunk === 'VP8X') return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
  if (chunk === 'VP8L' && bytes[20] === 0x2f) {
    const bits = bytes.readUInt32LE(21);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  if (chunk !== 'VP8 ' || bytes.readUIntBE(23, 3) !== 0x9d012a) return undefined;
  return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
}

function kindOf(
  bytes: Buffer,
): { contentType: ImageKind['contentType']; extension: ImageKind['extension']; size: Size | undefined } | undefined {
  if (bytes.subarray(0, 8).equals(PNG_SIGNATURE)) return { contentType: 'image/png', extension: 'png', size: pngSize(bytes) };
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return { contentType: 'image/jpeg', extension: 'jpg', size: jpegSize(bytes) };
  if (bytes.toString('latin1', 0, 4) === 'RIFF') return { contentType: 'image/webp', extension: 'webp', size: webpSize(bytes) };
  return undefined;
}

/** What an image is by its content; undefined when it is none we show, is cut off, or is too large. */
export function inspectImage(bytes: Buffer): ImageKind | undefined {
  const kind = kindOf(bytes);
  if (!kind?.size) return undefined;
  const { contentType, extension, size } = kind;
  const fits = [size.width, size.height].every((side) => side >= 1 && side <= MAX_SIDE);
  return fits ? { contentType, extension, ...size } : undefined;
}
