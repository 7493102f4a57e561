import { createHash } from 'node:crypto';
import type { ChainableCommander, Redis } from 'ioredis';
import { fromRedisError } from './redis.js';

export interface ScriptCall {
  keys: readonly string[];
  args: readonly (string | number | Buffer)[];
}

/** A Lua script under its name. `R` is what its return value arrives as; the caller's word. */
export interface RedisScript<R> {
  readonly name: string;
  run(keys: readonly string[], args: readonly (string | number | Buffer)[]): Promise<R>;
  /** Many runs in one round trip, in order; not one atomic unit. */
  runMany(calls: readonly ScriptCall[]): Promise<R[]>;
}

const isMissingScript = (error: unknown): boolean => error instanceof Error && error.message.startsWith('NOSCRIPT');

class LoadedScript<R> implements RedisScript<R> {
  private readonly sha: string;

  constructor(
    private readonly client: Redis,
    readonly name: string,
    private readonly lua: string,
  ) {
    this.sha = createHash('sha1').update(lua).digest('hex');
  }

  async run(keys: readonly string[], args: readonly (string | number | Buffer)[]): Promise<R> {
    try {
      return (await this.client.evalsha(this.sha, keys.length, ...keys, ...args)) as R;
    } catch (error) {
      if (!isMissingScript(error)) throw fromRedisError(error);
    }
    return this.client.eval(this.lua, keys.length, ...keys, ...args).catch((error: unknown) => {
      throw fromRedisError(error);
    }) as Promise<R>;
  }

  async runMany(calls: readonly ScriptCall[]): Promise<R[]> {
    if (calls.length === 0) return [];
    const first = await this.send(calls);
    const missing = calls.filter((_, at) => isMissingScript(first[at]?.[0]));
    if (missing.length === 0) return first.map(valueOf<R>);
    // The server restarted and lost its scripts: load ours and run again only what did not run.
    await this.client.script('LOAD', this.lua);
    const second = (await this.send(missing))[Symbol.iterator]();
    return first.map((reply) => valueOf<R>(isMissingScript(reply[0]) ? (second.next().value ?? reply) : reply));
  }

  private async send(calls: readonly ScriptCall[]): Promise<[Error | null, unknown][]> {
    const pipeline = this.client.pipeline();
    for (const { keys, args } of calls) pipeline.evalsha(this.sha, keys.length, ...keys, ...args);
    return (await pipeline.exec()) ?? [];
  }
}

function valueOf<R>([error, value]: [Error | null, unknown]): R {
  if (error) throw fromRedisError(error);
  return value as R;
}

/** The process's Redis. */
export class RedisStore {
  constructor(readonly client: Redis) {}

  /** Prepares a Lua script; it is loaded into the server when first run there. */
  script<R>(name: string, lua: string): RedisScript<R> {
    return new LoadedScript<R>(this.client, name, lua);
  }

  /**
   * Sends a pipeline and gives its replies in order.
   *
   * @throws the first failed command's error; DoulError UNAVAILABLE when Redis is away
   */
  async exec(pipeline: ChainableCommander): Promise<unknown[]> {
    const replies = await pipeline.exec();
    return (replies ?? []).map(valueOf<unknown>);
  }

  /** Values of string keys, in order. */
  async getMany(keys: readonly string[]): Promise<(string | null)[]> {
    if (keys.length === 0) return [];
    try {
      return await this.client.mget(...keys);
    } catch (error) {
      throw fromRedisError(error);
    }
  }
}
