import fc from 'fast-check';
import { expect, it } from 'vitest';
import { changedSet, hasId, idSet } from './id-set.js';

/** Around the border between ids of 4 bytes and larger ones, and few, so that changes meet what is there. */
const id = fc.oneof(
  fc.integer({ min: 1, max: 12 }),
  fc.integer({ min: 2 ** 32 - 3, max: 2 ** 32 + 3 }),
  fc.constant(Number.MAX_SAFE_INTEGER),
);
const ascending = (ids: Iterable<number>): number[] => [...ids].sort((a, b) => a - b);

it('has what a set has after any changes, whatever the size of its ids', () => {
  fc.assert(
    fc.property(fc.uniqueArray(id), fc.array(fc.tuple(id, fc.boolean())), fc.array(id), (first, changes, asked) => {
      const model = new Set(first);
      let set = idSet(first);
      for (const [member, isIn] of changes) {
        set = changedSet(set, member, isIn);
        if (isIn) model.add(member);
        else model.delete(member);
        expect([...set]).toEqual(ascending(model));
      }
      for (const member of asked) expect(hasId(set, member)).toBe(model.has(member));
    }),
  );
});

it('keeps 4 bytes an id as long as all are below 2^32, and leaves the set that it changes as it was', () => {
  const set = idSet([3, 2 ** 32 - 1, 2]);
  expect(set.byteLength).toBe(12);
  expect(changedSet(set, 4, true).byteLength).toBe(16);
  expect(changedSet(set, 2 ** 32, true).byteLength).toBe(32);
  expect([...set]).toEqual([2, 3, 2 ** 32 - 1]);
});
