import { Command, type ChainableCommander, type Cluster } from 'ioredis';
import type { RedisClient } from './redis.js';

export type RedisArgument = string | number | Buffer;

/** A command, and the key that says which node of a cluster answers it; further keys must lie in the same slot. */
export interface RoutedCall {
  command: string;
  key: string;
  args: readonly RedisArgument[];
}

export type Reply = readonly [error: Error | null, value: unknown];

const slotOf = (key: string): number => new Command('get', [key]).getSlot() ?? 0;

/** What goes into one pipeline: the keys of one node, or of one slot while it is not known whose it is. */
function nodeOf(cluster: Cluster, key: string): string {
  const slot = slotOf(key);
  return cluster.slots[slot]?.join() ?? `slot ${slot}`;
}

async function pipelined(client: RedisClient, calls: readonly RoutedCall[]): Promise<readonly Reply[]> {
  const pipeline: ChainableCommander = client.pipeline();
  for (const { command, args } of calls) pipeline.call(command, ...args);
  try {
    return (await pipeline.exec()) ?? [];
  } catch (error) {
    return calls.map(() => [error as Error, undefined]);
  }
}

/** Sends commands in one round trip, or in one to each node of a cluster at the same time. Replies and failures come in order. */
export async function sendAll(client: RedisClient, calls: readonly RoutedCall[]): Promise<readonly Reply[]> {
  if (calls.length === 0) return [];
  if (!client.isCluster) return pipelined(client, calls);
  const places = new Map<string, number[]>();
  calls.forEach(({ key }, at) => {
    const node = nodeOf(client as Cluster, key);
    const group = places.get(node);
    if (group) group.push(at);
    else places.set(node, [at]);
  });
  const replies: Reply[] = new Array<Reply>(calls.length);
  const send = async (group: readonly number[]): Promise<void> => {
    const answers = await pipelined(
      client,
      group.map((at) => calls[at] as RoutedCall),
    );
    group.forEach((at, index) => (replies[at] = answers[index] as Reply));
  };
  await Promise.all([...places.values()].map(send));
  return replies;
}
