import { BinaryWriter } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bitsWhere, hasBit, packIds, packedCount, packedText, unpackIds } from './packed-ids.js';

const ids = fc.array(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), { maxLength: 100 });

describe('packed ids', () => {
  it('come back as they went, from any part of a larger buffer', () => {
    fc.assert(
      fc.property(ids, fc.integer({ min: 0, max: 9 }), (list, offset) => {
        const packed = packIds(list);
        expect(packedCount(packed)).toBe(list.length);
        expect(unpackIds(packed)).toEqual(list);
        const frame = new Uint8Array(packed.length + offset + 3);
        frame.set(packed, offset);
        const part = frame.subarray(offset, offset + packed.length);
        expect(unpackIds(part)).toEqual(list);
        expect(packedText(part)).toBe(packedText(packed));
      }),
    );
  });

  it('have the bytes of packed fixed64', () => {
    fc.assert(
      fc.property(ids, (list) => {
        const writer = new BinaryWriter();
        for (const id of list) writer.fixed64(id);
        expect(packIds(list)).toEqual(Buffer.from(writer.finish()));
      }),
    );
  });

  it('are not any bytes', () => expect(packedCount(new Uint8Array(9))).toBeUndefined());
});

describe('bit sets', () => {
  it('hold the places that were put in', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 70 }), (flags) => {
        const bits = bitsWhere(flags.length, (at) => flags[at] ?? false);
        expect(bits).toHaveLength(Math.ceil(flags.length / 8));
        expect(flags.map((_, at) => hasBit(bits, at))).toEqual(flags);
        expect(hasBit(bits, 8 * bits.length)).toBe(false);
      }),
    );
  });
});
