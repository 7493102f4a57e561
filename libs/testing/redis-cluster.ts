import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import { redisCli, redisServer, type RedisServer } from './redis-server.js';

/** Slots are shared out among this many masters, the fewest that `redis-cli --cluster create` takes. */
const NODES = 3;
const FORMING_MS = 30_000;

export interface TestCluster {
  /** For REDIS_URL: all nodes, separated by commas. */
  url: string;
  /** Sends a command to each node; the answers. */
  each(...command: string[]): Promise<string[]>;
  stop(): Promise<void>;
}

/** A real Redis Cluster of three masters. */
export async function redisCluster(): Promise<TestCluster> {
  const nodes: RedisServer[] = [];
  const isFormed = async ({ ask }: RedisServer): Promise<void> => {
    const answer = await ask('cluster', 'info');
    if (!answer.includes('cluster_state:ok')) throw new Error(answer);
  };
  const stop = async (): Promise<void> => void (await Promise.all(nodes.map((node) => node.stop())));
  try {
    while (nodes.length < NODES) nodes.push(await redisServer({ 'cluster-enabled': 'yes', 'cluster-port': await freePort() }));
    await redisCli('--cluster', 'create', ...nodes.map(({ url }) => new URL(url).host), '--cluster-yes');
    for (const node of nodes) await eventually(() => isFormed(node), { within: FORMING_MS });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: nodes.map(({ url }) => url).join(','),
    each: (...command) => Promise.all(nodes.map(({ ask }) => ask(...command))),
    stop,
  };
}
