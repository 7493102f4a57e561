import { nanoid } from 'nanoid';
import type { CacheEntry, CacheId, CacheStore, Ticket } from './cache-store.js';
import type { Key } from './keys.js';
import type { RedisScript } from './redis-script.js';
import type { RedisStore } from './redis-store.js';

/** The scripts cut a stamp off by its length, so it never changes. */
const STAMP_LENGTH = 10;
const newStamp = (): string => nanoid(STAMP_LENGTH);

/**
 * A key's text is `<stamp>|<json of the entry>`. A load first leaves its own stamp where there is nothing (a lease), and writes its
 * answer only over the stamp it saw; forgetting deletes the key, so an answer read before cannot come back (the lease of
 * Nishtala et al., "Scaling Memcache at Facebook", NSDI 2013, section 3.2.1).
 */
const RESERVE = `
local stamps = {}
for i = 1, #KEYS do
  local stamp = redis.call('GETRANGE', KEYS[i], 0, ${STAMP_LENGTH - 1})
  if stamp == '' then
    stamp = ARGV[1]
    redis.call('SET', KEYS[i], stamp .. '|', 'PX', ARGV[2])
  end
  stamps[i] = stamp
end
return stamps`;
const FILL = `
for i = 1, #KEYS do
  if redis.call('GETRANGE', KEYS[i], 0, ${STAMP_LENGTH - 1}) == ARGV[3 * i - 2] then
    redis.call('SET', KEYS[i], ARGV[3 * i - 1], 'PX', ARGV[3 * i])
  end
end
return 1`;

/** A load that takes longer than this is not stored, in ms; above every loader's own deadline. */
const LEASE_MS = 10_000;

/** Entries shared by all processes, as JSON under a declared key with one placeholder `id`. */
export class RedisCacheStore<K extends CacheId, V> implements CacheStore<K, V> {
  private readonly reserveScript: RedisScript<string[]>;
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
    const args = [newStamp(), LEASE_MS];
    const calls = this.redis.inCalls(ids).map((some) => ({ keys: some.map((id) => this.keyOf(id)), args }));
    const stamps = (await this.reserveScript.runMany(calls)).flat();
    return { stamps: new Map(ids.map((id, at) => [id, stamps[at] ?? ''])) };
  }

  async fill(ticket: Ticket<K>, entries: ReadonlyMap<K, CacheEntry<V>>): Promise<void> {
    const stamp = newStamp();
    const leftMs = (entry: CacheEntry<V>): number => Math.max(1, Math.ceil(entry.staleUntil - Date.now()));
    await this.fillScript.runMany(
      this.redis.inCalls([...entries]).map((some) => ({
        keys: some.map(([id]) => this.keyOf(id)),
        args: some.flatMap(([id, entry]) => [ticket.stamps.get(id) ?? '', `${stamp}|${JSON.stringify(entry)}`, leftMs(entry)]),
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
