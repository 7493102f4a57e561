import { CARD_KEPT_MS } from '@doul/contracts';
import { childLog, metrics, newContext, type RequestContext } from '@doul/runtime';
import { nanoid } from 'nanoid';
import { setTimeout as sleep } from 'node:timers/promises';
import { FreshEntries, isPartOld } from './fresh-entries.js';

const log = childLog('cards');
const reads = metrics.counter('doul_card_loads_total', 'Cards loaded from the RPC layers', ['cache', 'why']);

/** Reads many, in a context of its own. */
type Loader<T> = (ids: readonly number[], context: RequestContext) => Promise<ReadonlyMap<number, T>>;

export interface FreshCacheOptions<V> {
  /** Its label in metrics. */
  name: string;
  /** An id that is not in the answer does not exist. */
  load: Loader<V>;
  /** Reads only the part of values that changes often, for less; what an id that is absent has stays as it is. */
  loadPart?: Loader<(value: V) => V>;
  maxBytes: number;
  bytesOf: (value: V) => number;
  /** Whether all changes up to a moment ago are known (`now` in Unix ms): then a value that did not change is fresh however old it is. */
  isWatched: (now: number) => boolean;
  /** While changes are not known, a value is given for this long, and as long again while it is read anew, in ms. */
  unwatchedMs?: number;
  /** However well watched, a value is read anew after this long, in ms. */
  maxAgeMs?: number;
  /** Ids of one load: as many as one RPC takes. */
  maxBatch?: number;
}

interface Load<V> {
  ids: number[];
  answer: Promise<ReadonlyMap<number, V>>;
}

/** A load that is being read: what was forgotten since it began is not kept of it. */
interface Reading {
  readonly number: number;
  readonly forgotten: Set<number>;
  forgetsAll: boolean;
}

const UNWATCHED_MS = 300;
/**
 * It bounds how long a lost note of a change could be seen, in ms. Shorter would bound nothing for cards, since RPC layers keep as long what a
 * note makes them forget, and tens of thousands of values are read for it again and again.
 */
const MAX_AGE_MS = CARD_KEPT_MS / 2;
/** How long "does not exist" is believed, in ms. */
const NEGATIVE_MS = 300;
const MAX_BATCH = 500;
/** Between the beginnings of two loads, in ms: under load one for what is asked meanwhile costs a fraction of one for each; the first does not wait. */
const LOAD_PAUSE_MS = 10;
/** The same for what is read anew while the old value is given: nobody waits for it. */
const RENEWAL_PAUSE_MS = 50;

/**
 * What RPC layers know, kept in this process and read anew when it changes: a read costs a lookup, a change one load however many
 * ask, and a value is never much older than the last note of changes.
 */
export class FreshCache<V extends object> {
  private readonly entries: FreshEntries<V>;
  private readonly loading = new Map<number, Load<V>>();
  private gathering: Load<V> | undefined;
  private loadedAt = -Infinity;
  /** Whether all of a value is read, by id. */
  private readonly renewals = new Map<number, boolean>();
  private renewing = false;
  private renewedAt = -Infinity;
  private lastLoad = 0;
  private readonly readings = new Set<Reading>();
  private readonly unwatchedMs: number;
  private readonly maxBatch: number;

  constructor(private readonly options: FreshCacheOptions<V>) {
    this.unwatchedMs = options.unwatchedMs ?? UNWATCHED_MS;
    this.maxBatch = options.maxBatch ?? MAX_BATCH;
    this.entries = new FreshEntries({ ...options, maxAgeMs: options.maxAgeMs ?? MAX_AGE_MS });
  }

  /** The value, null when there is none of that id, or undefined when it has to be loaded. */
  peek(id: number, now: number): V | null | undefined {
    const entry = this.entries.get(id);
    if (!entry) return undefined;
    entry.asked = true;
    const age = now - entry.loadedAt;
    if (entry.value === null) return age < NEGATIVE_MS ? null : undefined;
    if (isPartOld(entry)) return undefined;
    const freshMs = this.options.isWatched(now) ? entry.freshMs : this.unwatchedMs;
    if (age < freshMs) return entry.value;
    if (age >= 2 * freshMs) return undefined;
    this.renew(id);
    return entry.value;
  }

  /** Loads values together with what others ask for in the same turn, each id once at a time. Ids that do not exist are absent. */
  async load(ids: readonly number[]): Promise<Map<number, V>> {
    const values = new Map<number, V>();
    const loads = new Set(ids.map((id) => this.loading.get(id) ?? this.gather(id)));
    for (const load of loads) {
      const loaded = await load.answer;
      for (const id of ids) if (loaded.has(id)) values.set(id, loaded.get(id) as V);
    }
    return values;
  }

  /** Reads anew what is asked for of these ids, or being loaded, and drops the others. */
  changed(ids: readonly number[]): void {
    for (const id of ids) {
      if (this.isWanted(id)) this.renew(id);
      else this.forget([id]);
    }
  }

  /** Like `changed`, where only the part that `loadPart` reads did: what nobody asks for stays, and that part is read when somebody does. */
  partChanged(ids: readonly number[]): void {
    for (const id of ids) {
      const entry = this.entries.peek(id);
      if (this.isWanted(id)) this.renew(id, false);
      else if (entry) entry.partOldTo = this.lastLoad;
      // What is being read anew although it is no longer here.
      else this.forget([id]);
    }
  }

  private isWanted(id: number): boolean {
    return this.loading.has(id) || this.entries.peek(id)?.asked === true;
  }

  /** Drops ids, also from loads under way; call it after the change is committed. */
  forget(ids: readonly number[]): void {
    for (const id of ids) {
      this.entries.delete(id);
      // What is only being gathered is read after this, and may be kept.
      this.loading.delete(id);
      for (const reading of this.readings) reading.forgotten.add(id);
    }
  }

  /**
   * Puts what is kept of an id right, after a change that is committed: by what it becomes, or by dropping it. Loads under way are not kept.
   *
   * @param become what a value is after the change; undefined when that is not known
   */
  change(id: number, become: (value: V) => V | undefined): void {
    const entry = this.entries.peek(id);
    const value = entry?.value && become(entry.value);
    this.forget([id]);
    if (entry && value) this.entries.put(id, { ...entry, value });
  }

  /** Drops everything. */
  reset(): void {
    this.entries.clear();
    this.loading.clear();
    this.gathering = undefined;
    for (const reading of this.readings) reading.forgetsAll = true;
  }

  private renew(id: number, wholly = true): void {
    this.renewals.set(id, wholly || (this.renewals.get(id) ?? false));
    if (this.renewing) return;
    this.renewing = true;
    setImmediate(() => void this.runRenewals());
  }

  private async runRenewals(): Promise<void> {
    while (this.renewals.size > 0) {
      const wait = this.renewedAt + RENEWAL_PAUSE_MS - performance.now();
      if (wait > 0 && this.renewals.size < this.maxBatch) await sleep(wait);
      this.renewedAt = performance.now();
      const some = new Map([...this.renewals].slice(0, this.maxBatch));
      const ids = [...some.keys()];
      // Before they are read: what changes from now on is read once more.
      for (const id of ids) this.renewals.delete(id);
      reads.inc({ cache: this.options.name, why: 'changed' }, ids.length);
      try {
        await this.run(ids, (id) => some.get(id) === false);
      } catch (error) {
        log.warn({ err: error, cache: this.options.name }, 'could not read anew');
        // What could not be read anew is not to be believed.
        for (const id of ids) this.entries.delete(id);
      }
    }
    this.renewing = false;
  }

  private gather(id: number): Load<V> {
    let load = this.gathering;
    if (!load || load.ids.length >= this.maxBatch) {
      const ids: number[] = [];
      const answer = this.nextTurn().then(() => this.runLoad(made));
      const made: Load<V> = { ids, answer };
      // Each waiter handles the failure itself.
      answer.catch(() => undefined);
      load = this.gathering = made;
    }
    load.ids.push(id);
    this.loading.set(id, load);
    return load;
  }

  /** The end of this turn of the event loop, or later when a load has begun just before. */
  private nextTurn(): Promise<void> {
    const wait = this.loadedAt + LOAD_PAUSE_MS - performance.now();
    return new Promise((resolve) => (wait > 0 ? setTimeout(resolve, wait) : setImmediate(resolve)));
  }

  private async runLoad(load: Load<V>): Promise<ReadonlyMap<number, V>> {
    if (this.gathering === load) this.gathering = undefined;
    this.loadedAt = performance.now();
    try {
      reads.inc({ cache: this.options.name, why: 'missing' }, load.ids.length);
      const now = Date.now();
      return await this.run(load.ids, (id) => this.isOnlyPartOld(id, now));
    } finally {
      for (const id of load.ids) if (this.loading.get(id) === load) this.loading.delete(id);
    }
  }

  private isOnlyPartOld(id: number, now: number): boolean {
    const entry = this.entries.peek(id);
    return entry !== undefined && isPartOld(entry) && now - entry.loadedAt < entry.freshMs && this.options.isWatched(now);
  }

  /** @param isPart whether reading the part of an id that changes often is enough, if its value is here */
  private async run(ids: readonly number[], isPart: (id: number) => boolean): Promise<ReadonlyMap<number, V>> {
    const whole: number[] = [];
    const parts = new Map<number, V>();
    for (const id of ids) {
      const value = this.options.loadPart && isPart(id) && this.entries.peek(id)?.value;
      if (value) parts.set(id, value);
      else whole.push(id);
    }
    const reading: Reading = { number: (this.lastLoad += 1), forgotten: new Set(), forgetsAll: false };
    this.readings.add(reading);
    try {
      const [values, changed] = await Promise.all([this.runWhole(whole, reading), this.runParts(parts, reading)]);
      return parts.size > 0 ? new Map([...values, ...changed]) : values;
    } finally {
      this.readings.delete(reading);
    }
  }

  private async runWhole(ids: readonly number[], reading: Reading): Promise<ReadonlyMap<number, V>> {
    const values = await this.read(this.options.load, ids);
    for (const id of ids) if (isKept(reading, id)) this.entries.keep(id, values.get(id) ?? null, reading.number);
    return values;
  }

  /** Whatever keeps the part from being read alone, the whole may be answered all the same. */
  private async runParts(known: ReadonlyMap<number, V>, reading: Reading): Promise<ReadonlyMap<number, V>> {
    const ids = [...known.keys()];
    const changes = await this.read(this.options.loadPart, ids).catch((error: unknown) => {
      log.debug({ err: error, cache: this.options.name }, 'values are read wholly');
    });
    if (!changes) return this.runWhole(ids, reading);
    const values = new Map<number, V>();
    for (const [id, value] of known) {
      const change = changes.get(id) ?? ((same: V) => same);
      values.set(id, isKept(reading, id) ? this.entries.keepPart(id, value, change, reading.number) : change(value));
    }
    return values;
  }

  /** Requests share what is read, so it is read on nobody's deadline. */
  private async read<T>(load: Loader<T> | undefined, ids: readonly number[]): Promise<ReadonlyMap<number, T>> {
    return load && ids.length > 0 ? load(ids, newContext(nanoid())) : new Map<number, T>();
  }
}

const isKept = (reading: Reading, id: number): boolean => !reading.forgetsAll && !reading.forgotten.has(id);
