import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineKey } from './keys.js';
import { RateLimiter } from './rate-limiter.js';
import { ReadThroughCache } from './read-through-cache.js';
import { RedisCacheStore } from './redis-cache-store.js';
import { RedisStore } from './redis-store.js';
import { newRedis } from './redis.js';

let client: Redis;
let store: RedisStore;
const prefix = `spec${process.pid}`;
const key = defineKey({ name: 'spec-cache', pattern: `${prefix}:{id}`, type: 'string', ttl: '1m', doc: 'Of this spec.' });

beforeAll(() => {
  client = newRedis('spec');
  store = new RedisStore(client);
});
afterAll(async () => {
  const keys = await client.keys(`*${prefix}*`);
  if (keys.length > 0) await client.unlink(...keys);
  await client.quit();
});

describe('RedisScript', () => {
  it('runs, also after the server lost its scripts, alone and in many', async () => {
    const add = store.script<number>('add', "return redis.call('INCRBY', KEYS[1], ARGV[1])");
    const counter = `${prefix}:n`;
    expect(await add.run([counter], [2])).toBe(2);
    await client.script('FLUSH');
    expect(await add.run([counter], [3])).toBe(5);
    await client.script('FLUSH');
    expect(await add.runMany([1, 2, 3].map((by) => ({ keys: [counter], args: [by] })))).toEqual([6, 8, 11]);
  });
});

describe('RedisCacheStore', () => {
  const load = { text: 'v1', delayMs: 0, count: 0 };
  const newCache = (freshMs: number) =>
    new ReadThroughCache<number, string>({
      name: 'spec',
      freshMs,
      staleMs: 1_000,
      negativeMs: 1_000,
      store: new RedisCacheStore(store, key),
      load: async (ids) => {
        load.count += 1;
        const { text } = load;
        await sleep(load.delayMs);
        return new Map(ids.filter((id) => id < 100).map((id) => [id, text]));
      },
    });

  it('is shared by instances, negative answers too', async () => {
    const [a, b] = [newCache(1_000), newCache(1_000)];
    await a.getMany([1, 2, 500]);
    load.text = 'v2';
    expect(await b.getMany([1, 2, 500])).toEqual(new Map([1, 2].map((id) => [id, 'v1'])));
    expect(load.count).toBe(1);
  });

  it('lets a forget in one process win over a load under way in another', async () => {
    const [a, b] = [newCache(10_000), newCache(10_000)];
    load.text = 'old';
    load.delayMs = 60;
    const before = load.count;
    const early = a.get(3);
    while (load.count === before) await sleep(1);
    load.text = 'new';
    await b.forget([3]);
    expect(await early).toBe('old');
    expect(await b.get(3)).toBe('new');
    expect(await a.get(3)).toBe('new');
  });

  it('keeps of a large load what nobody forgot meanwhile, each under its own id', async () => {
    const ids = Array.from({ length: 350 }, (_, at) => 1_000 + at);
    const entry = (id: number, text: string) => ({
      value: `${text} ${id}`,
      freshUntil: Date.now() + 5_000,
      staleUntil: Date.now() + 9_000,
    });
    const entries = (some: readonly number[], text: string) => new Map(some.map((id) => [id, entry(id, text)]));
    const kept = new RedisCacheStore<number, string>(store, key);
    const first = ids.filter((id) => id % 7 === 0);
    await kept.fill(await kept.reserve(first), entries(first, 'first'));

    const ticket = await kept.reserve(ids);
    const forgotten = ids.filter((id) => id % 3 === 0);
    await kept.forget(forgotten);
    await kept.fill(ticket, entries(ids, 'second'));
    const found = await kept.read(ids);
    expect([...found].map(([id, { value }]) => [id, value])).toEqual(ids.filter((id) => id % 3 !== 0).map((id) => [id, `second ${id}`]));
    // A ticket is good for one load: what it wrote has a stamp of its own.
    await kept.fill(ticket, entries(ids, 'third'));
    expect((await kept.read([1_001])).get(1_001)?.value).toBe('second 1001');
  });
});

describe('RateLimiter', () => {
  it('allows the limit at once, and then says when to come back', async () => {
    const limiter = new RateLimiter(store);
    const answers = await Promise.all(Array.from({ length: 12 }, () => limiter.take(`${prefix}:login`, 10, 2)));
    expect(answers.filter((answer) => answer.ok)).toHaveLength(10);
    expect(answers.at(-1)).toEqual({ ok: false, retryAfterSeconds: 1 });
    await sleep(250);
    expect((await limiter.take(`${prefix}:login`, 10, 2)).ok).toBe(true);
    expect((await limiter.take(`${prefix}:login`, 10, 2)).ok).toBe(false);
  });

  it('allows everything while Redis is away', async () => {
    const away = newRedis('away', { url: 'redis://127.0.0.1:1' });
    expect(await new RateLimiter(new RedisStore(away)).take('x', 1, 60)).toEqual({ ok: true, retryAfterSeconds: 0 });
    away.disconnect();
  });
});
