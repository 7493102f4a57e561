import { createHash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import { fromRedisError, type RedisClient } from './redis.js';
import { sendAll, type RedisArgument, type Reply } from './redis-send.js';

export interface ScriptCall {
  /** All in one slot of a cluster. */
  keys: readonly string[];
  args: readonly RedisArgument[];
}

/** A Lua script under its name. `R` is what its return value arrives as; the caller's word. */
export interface RedisScript<R> {
  readonly name: string;
  run(keys: readonly string[], args: readonly RedisArgument[]): Promise<R>;
  /** Many runs in one round trip (in a cluster one to each node), in order; not one atomic unit. @throws the first run's error that failed */
  runMany(calls: readonly ScriptCall[]): Promise<R[]>;
  /** The same, but a run that failed is an error in its place. */
  runEach(calls: readonly ScriptCall[]): Promise<(R | Error)[]>;
}

const isMissingScript = (error: unknown): boolean => error instanceof Error && error.message.startsWith('NOSCRIPT');

export class LoadedScript<R> implements RedisScript<R> {
  private readonly sha: string;

  constructor(
    private readonly client: RedisClient,
    readonly name: string,
    private readonly lua: string,
  ) {
    this.sha = createHash('sha1').update(lua).digest('hex');
  }

  async run(keys: readonly string[], args: readonly RedisArgument[]): Promise<R> {
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
    return (await this.replies(calls)).map(valueOf<R>);
  }

  async runEach(calls: readonly ScriptCall[]): Promise<(R | Error)[]> {
    return (await this.replies(calls)).map(([error, value]) => (error ? (fromRedisError(error) as Error) : (value as R)));
  }

  private async replies(calls: readonly ScriptCall[]): Promise<readonly Reply[]> {
    const first = await this.send(calls);
    const missing = calls.filter((_, at) => isMissingScript(first[at]?.[0]));
    if (missing.length === 0) return first;
    // A server restarted and lost its scripts: load ours and run again only what did not run.
    await this.load();
    const second = (await this.send(missing))[Symbol.iterator]();
    return first.map((reply) => (isMissingScript(reply[0]) ? (second.next().value ?? reply) : reply));
  }

  private send(calls: readonly ScriptCall[]): Promise<readonly Reply[]> {
    return sendAll(
      this.client,
      calls.map(({ keys, args }) => ({ command: 'evalsha', key: keys[0] ?? '', args: [this.sha, keys.length, ...keys, ...args] })),
    );
  }

  /** Into every server that runs it; one that is away right now gets it when it is missing there. */
  private async load(): Promise<void> {
    const servers = this.client.isCluster ? (this.client as Cluster).nodes('master') : [this.client as Redis];
    await Promise.allSettled(servers.map((server) => server.script('LOAD', this.lua)));
  }
}

export function valueOf<R>([error, value]: Reply): R {
  if (error) throw fromRedisError(error);
  return value as R;
}
