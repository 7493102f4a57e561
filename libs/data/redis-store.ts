import type { Cluster, Redis } from 'ioredis';
import { fromRedisError, type RedisClient } from './redis.js';
import { LoadedScript, valueOf, type RedisScript } from './redis-script.js';
import { sendAll, type RedisArgument } from './redis-send.js';

/** A command on one key: its name, the key, what follows it. */
export type RedisCall = readonly [command: string, key: string, ...rest: RedisArgument[]];

/** Keys of one call of a script: with more a call no longer gets cheaper, and it stays far below 1 ms. */
const KEYS_PER_CALL = 100;

const address = ({ options: { host, port } }: Redis): string => `${host ?? ''}:${port ?? 0}`;
const byAddress = (servers: readonly Redis[]): Redis[] => [...servers].sort((a, b) => address(a).localeCompare(address(b)));

/** The process's Redis: one server, or a cluster, over whose nodes keys are then spread by their hash tags. */
export class RedisStore {
  constructor(readonly client: RedisClient) {}

  private get isCluster(): boolean {
    return this.client.isCluster;
  }

  /** Items in pieces, one for each call of a script that takes many keys: in a cluster each alone, since its keys have to lie in one slot. */
  inCalls<T>(items: readonly T[]): T[][] {
    const size = this.isCluster ? 1 : KEYS_PER_CALL;
    return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
  }

  /** Prepares a Lua script; it is loaded into the server when first run there. */
  script<R>(name: string, lua: string): RedisScript<R> {
    return new LoadedScript<R>(this.client, name, lua);
  }

  /**
   * Sends commands in one round trip (in a cluster one to each node at the same time) and gives their replies in order.
   *
   * @throws the first failed command's error; DoulError UNAVAILABLE when Redis is away
   */
  async many(calls: readonly RedisCall[]): Promise<unknown[]> {
    const routed = calls.map(([command, key, ...rest]) => ({ command, key, args: [key, ...rest] }));
    return (await sendAll(this.client, routed)).map(valueOf<unknown>);
  }

  /** Values of string keys, in order. */
  async getMany(keys: readonly string[]): Promise<(string | null)[]> {
    if (keys.length === 0) return [];
    if (this.isCluster) return (await this.many(keys.map((key) => ['get', key]))) as (string | null)[];
    try {
      return await this.client.mget(...keys);
    } catch (error) {
      throw fromRedisError(error);
    }
  }

  /**
   * Resolves when whatever was published by earlier commands on these keys has been sent to its subscribers: a server sends all that one
   * round of its event loop made, in no given order, before it reads what comes next. (Not certain where Redis 8 writes in I/O threads.)
   *
   * @throws DoulError UNAVAILABLE when Redis is away
   */
  async published(keys: readonly string[]): Promise<void> {
    await this.many((this.isCluster ? keys : keys.slice(0, 1)).map((key) => ['exists', key]));
  }

  /** Deletes keys; those that do not exist are fine. */
  async unlink(keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    if (this.isCluster) await this.many(keys.map((key) => ['unlink', key]));
    else await this.client.unlink(...keys);
  }

  /**
   * Some of the keys that match a pattern, as Redis's SCAN gives them; over all nodes of a cluster, one after the other.
   *
   * @param from '0' at the start, then the answered cursor until that is '0' again
   */
  async scan(from: string, pattern: string, count: number): Promise<{ keys: string[]; cursor: string }> {
    const [text = '0', place = '0'] = from.split('@');
    const servers = this.isCluster ? byAddress((this.client as Cluster).nodes('master')) : [this.client as Redis];
    const server = servers[Number(place)];
    if (!server) return { keys: [], cursor: '0' };
    const [cursor, keys] = await server.scan(text, 'MATCH', pattern, 'COUNT', count);
    if (cursor !== '0') return { keys, cursor: `${cursor}@${place}` };
    const next = Number(place) + 1;
    return { keys, cursor: next < servers.length ? `0@${next}` : '0' };
  }
}
