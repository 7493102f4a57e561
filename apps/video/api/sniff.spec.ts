import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { SNIFF_BYTES, peek, sniff } from './sniff.js';

const ftyp = (brand: string): Buffer => Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from(`ftyp${brand}`), Buffer.alloc(12)]);

describe('sniff', () => {
  it.each([
    ['an MP4', ftyp('isom'), 'mp4'],
    ['a QuickTime movie', ftyp('qt  '), 'mov'],
    ['an old QuickTime movie', Buffer.from('\0\0\0\x08moov', 'latin1'), 'mov'],
    ['a WebM', Buffer.from('\x1a\x45\xdf\xa3\x9fB\x82\x84webm', 'latin1'), 'webm'],
    ['a Matroska file', Buffer.from('\x1a\x45\xdf\xa3\x9fB\x82\x88matroska', 'latin1'), 'mkv'],
  ])('knows %s', (_, start, extension) => expect(sniff(start)?.extension).toBe(extension));

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('hello, this is no video at all')],
    ['a playlist', Buffer.from('#EXTM3U\n')],
    ['a PNG', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')],
    ['a JPEG', Buffer.from([0xff, 0xd8, 0xff, 0xe0])],
  ])('refuses %s', (_, start) => expect(sniff(start)).toBeUndefined());
});

describe('peek', () => {
  it('gives the start and then the whole, however it is cut', async () => {
    const bytes = Buffer.from(Array.from({ length: 300 }, (_, at) => at % 256));
    for (const size of [1, 7, 64, 300]) {
      const pieces = Array.from({ length: Math.ceil(300 / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
      const { start, whole } = await peek(Readable.from(pieces), SNIFF_BYTES);
      expect(start.equals(bytes.subarray(0, SNIFF_BYTES))).toBe(true);
      expect(Buffer.concat(await whole.toArray()).equals(bytes)).toBe(true);
    }
  });

  it('passes failures on and lets go of the source', async () => {
    const source = Readable.from(
      (async function* () {
        yield Buffer.alloc(100);
        throw new Error('gone');
      })(),
    );
    const { whole } = await peek(source, SNIFF_BYTES);
    await expect(whole.toArray()).rejects.toThrow('gone');
    const other = new Readable({ read() {} });
    other.push(Buffer.alloc(80));
    const peeked = await peek(other, SNIFF_BYTES);
    peeked.whole.resume();
    await new Promise((resolve) => setImmediate(resolve));
    peeked.whole.destroy();
    other.push(null);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(other.destroyed).toBe(true);
  });
});
