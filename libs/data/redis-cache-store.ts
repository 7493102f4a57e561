import { nanoid } from 'nanoid';
import type { CacheEntry, CacheId, CacheStore, Ticket } from './cache-store.js';
import type { Key } from './keys.js';
import type { RedisScript } from './redis-script.js';
import type { RedisStore } from './redis-store.js';

/**
 * A key's text is `<stamp>|<json of the entry>`. A load first leaves its own stamp where there is nothing (a lease), and writes its
 * answer only over the stamp it saw; forgetting deletes the key, so an answer read before cannot come back (the lease of
 * Nishtala et al., "Scaling Memcache at Facebook", NSDI 2013, section 3.2.1).
 */
const RESERVE = `
local now = redis.call('GET', KEYS[1])
if now then return string.match(now, '^[^|]*') end
redis.call('SET', KEYS[1], ARGV[1] .. '|', 'PX', ARGV[2])
return ARGV[1]`;
const FILL = `
local now = redis.call('GET', KEYS[1])
if not now or string.match(now, '^[^|]*') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`;

/** A load that takes longer than this is not stored, in ms; above every loader's own deadline. */
const LEASE_MS = 10_000;

/** Entries shared by all processes, as JSON under a declared key with one placeholder `id`. */
export class RedisCacheStore<K extends CacheId, V> implements CacheStore<K, V> {
  private readonly reserveScript: RedisScript<string>;
  private readonly fillScript: RedisScript<number>;

  constructor(
    private readonly redis: RedisStore,
    private readonly key: Key<`${string}{id}${string}`>,
  ) {
    this.reserveScript = redis.script('cache-reserve', RESERVE);
    this.fillScript = redis.script('cache-fill', FILL);
  }

  async read(ids: readonly K[]): Promise<Map<K, CacheEntry<V>>> {
    const texts = await this.redis.getMany(ids.map((id) => this.keyOf(id)));
    const found = new Map<K, CacheEntry<V>>();
    ids.forEach((id, at) => {
      const text = texts[at];
      const start = text?.indexOf('|') ?? -1;
      if (text && start >= 0 && start < text.length - 1) found.set(id, JSON.parse(text.slice(start + 1)) as CacheEntry<V>);
    });
    return found;
  }

  async reserve(ids: readonly K[]): Promise<Ticket<K>> {
    const stamp = nanoid(10);
    const stamps = await this.reserveScript.runMany(ids.map((id) => ({ keys: [this.keyOf(id)], args: [stamp, LEASE_MS] })));
    return { stamps: new Map(ids.map((id, at) => [id, stamps[at] ?? ''])) };
  }

  async fill(ticket: Ticket<K>, entries: ReadonlyMap<K, CacheEntry<V>>): Promise<void> {
    const stamp = nanoid(10);
    await this.fillScript.runMany(
      [...entries].map(([id, entry]) => ({
        keys: [this.keyOf(id)],
        args: [ticket.stamps.get(id) ?? '', `${stamp}|${JSON.stringify(entry)}`, Math.max(1, Math.ceil(entry.staleUntil - Date.now()))],
      })),
    );
  }

  async forget(ids: readonly K[]): Promise<void> {
    await this.redis.unlink(ids.map((id) => this.keyOf(id)));
  }

  private keyOf(id: K): string {
    return (this.key as (params: { id: CacheId }) => string)({ id });
  }
}
