import { childLog, metrics } from '@doul/runtime';
import type { CacheEntry, CacheId, CacheStore } from './cache-store.js';
import { sharedWork } from './shared-work.js';

const log = childLog('data');
const reads = metrics.counter('doul_cache_reads_total', 'Entries asked of a cache', ['cache', 'outcome']);

export interface ReadThroughOptions<K extends CacheId, V> {
  /** Its label in metrics and logs. */
  name: string;
  /** Reads the truth for many ids; an id that is not in the answer does not exist. */
  load: (ids: readonly K[]) => Promise<ReadonlyMap<K, V>>;
  /** A value this old or younger is given as it is. Up to a tenth less, at random, so that entries made together do not end together. */
  freshMs: number;
  /** After that it is given for this long again while one load in the background renews it. */
  staleMs: number;
  /** How long "does not exist" is believed. */
  negativeMs: number;
  store: CacheStore<K, V>;
  /** Ids of one load. */
  maxBatch?: number;
}

/** Ids of one load: as many as one SQL statement or RPC takes. */
const MAX_BATCH = 500;
const JITTER = 0.1;

interface Batch<K extends CacheId, V> {
  ids: K[];
  answer: Promise<ReadonlyMap<K, V>>;
}

/** Answers from a store, and from `load` what the store lacks: in batches, each id once at a time. A broken store is an empty one. */
export class ReadThroughCache<K extends CacheId, V> {
  private readonly loading = new Map<K, Batch<K, V>>();
  private gathering: Batch<K, V> | undefined;

  constructor(private readonly options: ReadThroughOptions<K, V>) {}

  async get(id: K): Promise<V | undefined> {
    return (await this.getMany([id])).get(id);
  }

  /** Values by id; ids that do not exist are absent. Rejects only when a needed load fails. */
  async getMany(ids: readonly K[]): Promise<Map<K, V>> {
    const wanted = [...new Set(ids)];
    const values = new Map<K, V>();
    const stale: K[] = [];
    const missing: K[] = [];
    const now = Date.now();
    const entries = await this.readStore(wanted);
    for (const id of wanted) {
      const entry = entries.get(id);
      if (!entry || now >= entry.staleUntil) missing.push(id);
      else {
        if (entry.value !== null) values.set(id, entry.value);
        if (now >= entry.freshUntil) stale.push(id);
      }
    }
    this.count(wanted.length, stale.length, missing.length);
    for (const batch of this.start(stale)) batch.answer.catch((error: unknown) => this.warn(error, 'could not renew'));
    for (const batch of this.start(missing)) {
      const loaded = await batch.answer;
      for (const id of missing) if (loaded.has(id)) values.set(id, loaded.get(id) as V);
    }
    return values;
  }

  /** Drops entries, also from loads under way; call it after the change is committed. */
  async forget(ids: readonly K[]): Promise<void> {
    await this.drop(ids).catch((error: unknown) => this.warn(error, 'could not forget'));
  }

  /** Like `forget`, for a caller that repeats it. @throws when the store could not be reached */
  async drop(ids: readonly K[]): Promise<void> {
    for (const id of ids) this.loading.delete(id);
    this.gathering = undefined;
    await this.options.store.forget(ids);
  }

  private async readStore(ids: readonly K[]): Promise<Map<K, CacheEntry<V>>> {
    if (ids.length === 0) return new Map();
    return this.options.store.read(ids).catch((error: unknown) => {
      this.warn(error, 'could not read');
      return new Map();
    });
  }

  /** The loads that will answer `ids`: those under way, and one or more new ones for the rest. */
  private start(ids: readonly K[]): Set<Batch<K, V>> {
    const batches = new Set<Batch<K, V>>();
    for (const id of ids) {
      const batch = this.loading.get(id) ?? this.gather(id);
      batches.add(batch);
    }
    return batches;
  }

  /** Puts an id into the batch that leaves at the end of this turn of the event loop, shared by all who ask meanwhile. */
  private gather(id: K): Batch<K, V> {
    let batch = this.gathering;
    if (!batch || batch.ids.length >= (this.options.maxBatch ?? MAX_BATCH)) {
      const ids: K[] = [];
      const answer = new Promise<void>((resolve) => setImmediate(resolve)).then(() => sharedWork(() => this.run(fresh)));
      const fresh: Batch<K, V> = { ids, answer };
      // Each waiter handles the failure itself; this keeps a batch without waiters from being an unhandled rejection.
      answer.catch(() => undefined);
      batch = this.gathering = fresh;
    }
    batch.ids.push(id);
    this.loading.set(id, batch);
    return batch;
  }

  private async run(batch: Batch<K, V>): Promise<ReadonlyMap<K, V>> {
    if (this.gathering === batch) this.gathering = undefined;
    const { store, load } = this.options;
    const entries = new Map<K, CacheEntry<V>>();
    const ticket = await store.reserve(batch.ids).catch((error: unknown) => void this.warn(error, 'could not reserve'));
    try {
      const loaded = await load(batch.ids);
      for (const id of batch.ids) entries.set(id, this.entry(loaded.get(id)));
      return loaded;
    } finally {
      // Also after a failure: it closes the ticket.
      if (ticket) await store.fill(ticket, entries).catch((error: unknown) => this.warn(error, 'could not fill'));
      for (const id of batch.ids) if (this.loading.get(id) === batch) this.loading.delete(id);
    }
  }

  private entry(value: V | undefined): CacheEntry<V> {
    const { freshMs, staleMs, negativeMs } = this.options;
    const now = Date.now();
    const spread = 1 - Math.random() * JITTER;
    if (value === undefined) return { value: null, freshUntil: now + negativeMs * spread, staleUntil: now + negativeMs * spread };
    return { value, freshUntil: now + freshMs * spread, staleUntil: now + freshMs * spread + staleMs };
  }

  private count(all: number, stale: number, missing: number): void {
    const cache = this.options.name;
    if (missing > 0) reads.inc({ cache, outcome: 'miss' }, missing);
    if (stale > 0) reads.inc({ cache, outcome: 'stale' }, stale);
    if (all > missing + stale) reads.inc({ cache, outcome: 'fresh' }, all - missing - stale);
  }

  private warn(error: unknown, what: string): void {
    reads.inc({ cache: this.options.name, outcome: 'broken' });
    log.warn({ err: error, cache: this.options.name }, `cache: ${what}`);
  }
}
