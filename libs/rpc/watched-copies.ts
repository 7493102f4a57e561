import { LRUCache } from 'lru-cache';
import { watchChanges, type ChangesAnswer, type ChangeWatch, type WatchOptions } from './watch-changes.js';

export interface WatchedCopiesOptions<V extends NonNullable<unknown>, A extends ChangesAnswer> {
  /** Of the watch, in logs and metrics. */
  name: string;
  poll: WatchOptions<A>['poll'];
  /** Of what the answer says that it changed. */
  changedIds: (answer: A) => readonly number[];
  /** Reads many, as they are after every change that has been noted, so not from copies that hear of changes later; an id that is not in the answer does not exist, which is not remembered. */
  load: (ids: readonly number[]) => Promise<ReadonlyMap<number, V>>;
  maxEntries: number;
  /** However well watched, an entry is read anew after this long, in ms. */
  keepMs: number;
  /** With knowledge of changes older than this, in ms, nothing that is remembered is believed. */
  trustedMs: number;
}

/** Small facts by id that hardly ever change, remembered in this process while every change of them is heard of. */
export class WatchedCopies<V extends NonNullable<unknown>, A extends ChangesAnswer> {
  private readonly entries: LRUCache<number, V>;
  private watch: ChangeWatch | undefined;
  /** Grows with every change: what was read before one may be older than it. */
  private changes = 0;

  constructor(private readonly options: WatchedCopiesOptions<V, A>) {
    this.entries = new LRUCache({ max: options.maxEntries, ttl: options.keepMs });
  }

  /** Before that, and after `stop`, nothing is remembered. */
  start(): void {
    const { name, poll, changedIds } = this.options;
    this.watch = watchChanges({
      name,
      poll,
      onChange: (answer) => {
        this.changes += 1;
        for (const id of changedIds(answer)) this.entries.delete(id);
      },
      onReset: () => {
        this.changes += 1;
        this.entries.clear();
      },
    });
  }

  async stop(): Promise<void> {
    await this.watch?.stop();
  }

  /** What is remembered of these, and to be believed. */
  known(ids: readonly number[]): Map<number, V> {
    const found = new Map<number, V>();
    if (this.watch === undefined || this.watch.ageMs() >= this.options.trustedMs) return found;
    for (const id of ids) {
      const value = this.entries.get(id);
      if (value !== undefined) found.set(id, value);
    }
    return found;
  }

  /** Values by id; ids that do not exist are absent. @throws what `load` throws */
  async getMany(ids: readonly number[]): Promise<Map<number, V>> {
    // Before anything is remembered anew, which may push out what this very question needs.
    const values = this.known(ids);
    const unknown = [...new Set(ids)].filter((id) => !values.has(id));
    if (unknown.length === 0) return values;
    const { changes } = this;
    const loaded = await this.options.load(unknown);
    for (const [id, value] of loaded) {
      if (changes === this.changes) this.entries.set(id, value);
      values.set(id, value);
    }
    return values;
  }
}
