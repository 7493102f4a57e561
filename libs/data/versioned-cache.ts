import { metrics } from '@doul/runtime';
import { LRUCache } from 'lru-cache';
import { sharedWork } from './shared-work.js';

const reads = metrics.counter('doul_versioned_cache_reads_total', 'Values asked of a versioned cache', ['cache', 'outcome']);

export interface VersionedCacheOptions<V> {
  /** Its label in metrics. */
  name: string;
  /** Longest time that a value is believed although its version stands, in ms. */
  ttlMs: (version: string) => number;
  /** Bytes of all values together. */
  maxBytes: number;
  /** A larger value is given to those who asked while it was loaded, and not kept: it would push out many others. */
  maxValueBytes: number;
  /** Bytes of a value; keys and bookkeeping are added. */
  sizeOf: (value: V) => number;
}

interface Entry<V> {
  readonly version: string;
  readonly until: number;
  readonly value: Promise<V>;
}

/** Key, entry and promise of one value, roughly. */
const OVERHEAD_BYTES = 300;

/**
 * Values in this process, each right as long as the version stands that it was read at. Who asks says what the version is now, and has
 * to have read it before: a value is then never older than the question. The same value is loaded once at a time.
 */
export class VersionedCache<V> {
  private readonly entries: LRUCache<string, Entry<V>>;
  private readonly loading = new Map<string, Entry<V>>();
  private readonly hits;
  private readonly misses;

  constructor(private readonly options: VersionedCacheOptions<V>) {
    this.entries = new LRUCache<string, Entry<V>>({ maxSize: options.maxBytes, maxEntrySize: options.maxValueBytes + OVERHEAD_BYTES });
    this.hits = reads.labels({ cache: options.name, outcome: 'hit' });
    this.misses = reads.labels({ cache: options.name, outcome: 'miss' });
  }

  /** The value of a key at a version; loaded when there is none, or only one of another version. */
  get(key: string, version: string, load: () => Promise<V>): Promise<V> {
    const known = this.loading.get(key) ?? this.entries.get(key);
    if (known?.version === version && known.until > Date.now()) {
      this.hits.inc();
      return known.value;
    }
    this.misses.inc();
    return this.start(key, version, load);
  }

  private start(key: string, version: string, load: () => Promise<V>): Promise<V> {
    // The time counts from before the load: what changes unnoticed during it is noticed in time too.
    const entry: Entry<V> = { version, until: Date.now() + this.options.ttlMs(version), value: sharedWork(load) };
    this.loading.set(key, entry);
    const done = (): boolean => this.loading.get(key) === entry && this.loading.delete(key);
    entry.value.then(
      (value) => {
        // A load that was overtaken by one of a newer version leaves no trace.
        if (done()) this.entries.set(key, entry, { size: this.options.sizeOf(value) + OVERHEAD_BYTES });
      },
      () => void done(),
    );
    return entry.value;
  }
}
