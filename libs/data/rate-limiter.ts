import { childLog } from '@doul/runtime';
import { defineKey } from './keys.js';
import type { RedisScript } from './redis-script.js';
import type { RedisStore } from './redis-store.js';

const log = childLog('data');

const rateKey = defineKey({
  name: 'rate',
  pattern: 'rate:{bucket}',
  type: 'string',
  ttl: '1d',
  doc: 'When the next call of a rate limit bucket would be in time (GCRA), in microseconds of the Redis clock; lives as long as its window',
});

/**
 * Generic cell rate algorithm (ITU-T I.371, virtual scheduling): one number a bucket, exact, no bursts at window borders.
 * KEYS bucket; ARGV limit, window in s. Returns 0 when allowed, else the wait in µs.
 */
const GCRA = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local window = tonumber(ARGV[2]) * 1000000
local interval = window / tonumber(ARGV[1])
local due = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
local wait = due + interval - window - now
if wait > 0 then return math.ceil(wait) end
redis.call('SET', KEYS[1], string.format('%.0f', due + interval), 'PX', math.ceil((due + interval - now) / 1000))
return 0`;

export interface RateAnswer {
  ok: boolean;
  /** 0 when ok. */
  retryAfterSeconds: number;
}

/** Counts calls over all processes. When Redis is away it allows everything: a limit is a protection, not a promise to anybody. */
export class RateLimiter {
  private readonly script: RedisScript<number>;

  constructor(redis: RedisStore) {
    this.script = redis.script<number>('rate-gcra', GCRA);
  }

  /** Takes one call from a bucket of `limit` calls per `windowSeconds`, all of which may come at once. */
  async take(bucket: string, limit: number, windowSeconds: number): Promise<RateAnswer> {
    try {
      const waitMicros = await this.script.run([rateKey({ bucket })], [limit, windowSeconds]);
      return { ok: waitMicros === 0, retryAfterSeconds: Math.ceil(waitMicros / 1_000_000) };
    } catch (error) {
      log.warn({ err: error }, 'rate limits are off while Redis is away');
      return { ok: true, retryAfterSeconds: 0 };
    }
  }
}
