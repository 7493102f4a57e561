import { LRUCache } from 'lru-cache';
import type { CacheEntry, CacheId, CacheStore, Ticket } from './cache-store.js';

export interface MemoryLimits<V> {
  maxEntries: number;
  /** With `sizeOf`: bytes of all values together. */
  maxBytes?: number;
  /** Bytes of a value; null is counted as 1. */
  sizeOf?: (value: V) => number;
}

/** Entries in this process, the least recently used evicted first. */
export class MemoryCacheStore<K extends CacheId, V> implements CacheStore<K, V> {
  private readonly entries: LRUCache<K, CacheEntry<V>>;
  private readonly open = new Set<Ticket<K>>();

  constructor(limits: MemoryLimits<V>) {
    const { maxEntries, maxBytes, sizeOf } = limits;
    const sized = maxBytes !== undefined && sizeOf !== undefined;
    this.entries = new LRUCache<K, CacheEntry<V>>({
      max: maxEntries,
      ...(sized ? { maxSize: maxBytes, sizeCalculation: ({ value }) => (value === null ? 1 : Math.max(1, Math.ceil(sizeOf(value)))) } : {}),
    });
  }

  read(ids: readonly K[]): Promise<Map<K, CacheEntry<V>>> {
    const found = new Map<K, CacheEntry<V>>();
    for (const id of ids) {
      const entry = this.entries.get(id);
      if (entry) found.set(id, entry);
    }
    return Promise.resolve(found);
  }

  reserve(ids: readonly K[]): Promise<Ticket<K>> {
    const ticket = { stamps: new Map(ids.map((id) => [id, ''])) };
    this.open.add(ticket);
    return Promise.resolve(ticket);
  }

  fill(ticket: Ticket<K>, entries: ReadonlyMap<K, CacheEntry<V>>): Promise<void> {
    this.open.delete(ticket);
    for (const [id, entry] of entries) if (ticket.stamps.has(id)) this.entries.set(id, entry);
    return Promise.resolve();
  }

  forget(ids: readonly K[]): Promise<void> {
    for (const id of ids) {
      this.entries.delete(id);
      for (const ticket of this.open) ticket.stamps.delete(id);
    }
    return Promise.resolve();
  }
}
