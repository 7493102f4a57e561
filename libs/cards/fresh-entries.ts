import { LRUCache } from 'lru-cache';

export interface Entry<V> {
  /** null = does not exist. */
  value: V | null;
  /** Number of the load it came from: an older load never replaces a younger one. */
  load: number;
  /** Number of the load that its often changing part came from; see `loadPart`. */
  partLoad: number;
  /** Number of the last load whose part is known to be old; 0 = none. */
  partOldTo: number;
  loadedAt: number;
  /** How long it is fresh while changes are known, in ms. */
  freshMs: number;
  /** Whether anybody asked since it was loaded; what nobody asks for is dropped when it changes. */
  asked: boolean;
  bytes: number;
}

/** What is kept, before its size is known. */
type Unsized<V> = Omit<Entry<V>, 'bytes'>;

export interface FreshEntriesOptions<V> {
  maxBytes: number;
  bytesOf: (value: V) => number;
  maxAgeMs: number;
}

/** Up to so much of the age less, at random: what was loaded together is not read anew together. */
const JITTER = 0.2;
const NEGATIVE_BYTES = 200;

/** What a `FreshCache` keeps, and which of two answers stays when they come in another order than they were asked for. */
export class FreshEntries<V extends object> {
  private readonly entries: LRUCache<number, Entry<V>>;

  constructor(private readonly options: FreshEntriesOptions<V>) {
    this.entries = new LRUCache({ maxSize: options.maxBytes, sizeCalculation: ({ bytes }) => bytes });
  }

  /** As asked for: it stays longer than what is not. */
  get(id: number): Entry<V> | undefined {
    return this.entries.get(id);
  }

  peek(id: number): Entry<V> | undefined {
    return this.entries.peek(id);
  }

  put(id: number, entry: Unsized<V>): void {
    this.entries.set(id, { ...entry, bytes: entry.value ? this.options.bytesOf(entry.value) : NEGATIVE_BYTES });
  }

  delete(id: number): void {
    this.entries.delete(id);
  }

  clear(): void {
    this.entries.clear();
  }

  /** Takes a whole value, unless what is here was asked for later. */
  keep(id: number, value: V | null, load: number): void {
    const known = this.entries.peek(id);
    if (known && known.load > load) return;
    const freshMs = this.options.maxAgeMs * (1 - Math.random() * JITTER);
    // A younger load of the part was put into what this replaces: this one is too old.
    const partOldTo = Math.max(known?.partOldTo ?? 0, known && known.partLoad > load ? load : 0);
    this.put(id, { value, load, partLoad: load, partOldTo, loadedAt: Date.now(), freshMs, asked: false });
  }

  /**
   * Puts a part into the value that is here, unless its part was asked for later.
   *
   * @param read the value when the load began, for when it is no longer here
   * @returns the value as it is now
   */
  keepPart(id: number, read: V, change: (value: V) => V, load: number): V {
    const entry = this.entries.peek(id);
    if (!entry?.value) return change(read);
    if (entry.partLoad > load) return entry.value;
    const value = change(entry.value);
    this.put(id, { ...entry, value, partLoad: load, asked: false });
    return value;
  }
}

/** Whether the part that changes often is known to be older than a change. */
export const isPartOld = ({ partLoad, partOldTo }: Pick<Entry<unknown>, 'partLoad' | 'partOldTo'>): boolean => partLoad <= partOldTo;
