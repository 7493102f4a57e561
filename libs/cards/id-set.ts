/** Ids in ascending order, each once, in 4 bytes each as long as all are below 2^32, as ids of a database that counts up are for long. */
export type IdSet = Uint32Array | Float64Array;

const BELOW = 2 ** 32;
const fits = (id: number): boolean => id < BELOW;
const empty = (length: number, isNarrow: boolean): IdSet => (isNarrow ? new Uint32Array(length) : new Float64Array(length));

/** @param ids in any order, each once */
export function idSet(ids: readonly number[]): IdSet {
  const set = empty(ids.length, ids.every(fits));
  set.set(ids);
  return set.sort();
}

/** Where an id is, or would have to be put in. */
function placeOf(set: IdSet, id: number): number {
  let [low, high] = [0, set.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((set[middle] as number) < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

export const hasId = (set: IdSet, id: number): boolean => set[placeOf(set, id)] === id;

/** The set with an id, or without it; the given one stays as it is. */
export function changedSet(set: IdSet, id: number, isIn: boolean): IdSet {
  const at = placeOf(set, id);
  const has = set[at] === id;
  if (has === isIn) return set;
  const changed = empty(set.length + (isIn ? 1 : -1), set instanceof Uint32Array && fits(id));
  changed.set(set.subarray(0, at));
  if (isIn) changed[at] = id;
  changed.set(set.subarray(has ? at + 1 : at), isIn ? at + 1 : at);
  return changed;
}
