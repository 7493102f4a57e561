/** One answer of a cache's loader: `value` null means that there is no such thing. Times are Unix ms. */
export interface CacheEntry<V> {
  value: V | null;
  freshUntil: number;
  staleUntil: number;
}

export type CacheId = number | string;

/** Says which entries a load may write: those that nobody has forgotten or replaced since `reserve`. */
export interface Ticket<K extends CacheId> {
  readonly stamps: Map<K, string>;
}

/** Where a read-through cache keeps its entries. */
export interface CacheStore<K extends CacheId, V> {
  read(ids: readonly K[]): Promise<Map<K, CacheEntry<V>>>;
  /** Called before a load starts, so that a `forget` during the load wins over what the load has read. */
  reserve(ids: readonly K[]): Promise<Ticket<K>>;
  fill(ticket: Ticket<K>, entries: ReadonlyMap<K, CacheEntry<V>>): Promise<void>;
  forget(ids: readonly K[]): Promise<void>;
}
