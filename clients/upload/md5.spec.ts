import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { md5, md5InPlainCode } from './md5.js';

const right = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex').toUpperCase();

describe('md5', () => {
  it('is that of RFC 1321', () => {
    expect(md5InPlainCode(new TextEncoder().encode(''))).toBe('D41D8CD98F00B204E9800998ECF8427E');
    expect(md5InPlainCode(new TextEncoder().encode('message digest'))).toBe('F96B697D7CB7938D525A2F31AAF161D0');
  });

  it('is right for every length around the blocks, and for unaligned bytes', () => {
    const bytes = randomBytes(300);
    for (let length = 0; length <= 200; length += 1) {
      for (const offset of [0, 1, 2]) {
        const part = new Uint8Array(bytes).subarray(offset, offset + length);
        expect(md5InPlainCode(part)).toBe(right(part));
      }
    }
  });

  it('is the same from Node', () => {
    const bytes = randomBytes(1_000_003);
    expect([md5(bytes), md5InPlainCode(bytes)]).toEqual([right(bytes), right(bytes)]);
  });
});
