import { addReadyCheck, childLog, countCall, metrics, resource } from '@doul/runtime';
import { CommonErrors, DoulError } from '@doul/contracts';
import { Cluster, Redis, type Command, type RedisOptions } from 'ioredis';
import { dataConfig } from './data.config.js';

const log = childLog('data');
const seconds = metrics.histogram('doul_redis_seconds', 'Time of Redis commands; a pipeline is one', ['command']);
const errors = metrics.counter('doul_redis_errors_total', 'Failed Redis commands', ['command']);

/** Longest pause between attempts to reconnect, in ms: a restarted Redis is found again within it. */
const MAX_RECONNECT_MS = 500;

const retryPause = (times: number): number => Math.min(25 * 2 ** Math.min(times, 6), MAX_RECONNECT_MS);
const DEFAULT_PORT = 6379;

/** A command waits for a connection that was lost this short ago, in ms; later ones fail at once until it is back. */
const BLIP_MS = 200;
const UNCONNECTED = new Set(['reconnecting', 'connecting', 'close']);

type Sink = Parameters<Redis['sendCommand']>[1];

/** Puts our clock on each round trip: a pipeline, whose commands share a sink, is one. */
class Meter {
  private lastPipeline: Sink;

  note(command: Command, sink: Sink): void {
    if (sink === undefined) this.measure(command.name, command);
    else if (sink !== this.lastPipeline) this.measure('pipeline', command);
    this.lastPipeline = sink ?? this.lastPipeline;
  }

  private measure(label: string, command: Command): void {
    if (command.name === 'info' || command.name === 'client' || command.name === 'hello' || command.name === 'cluster') return;
    countCall('redis');
    const start = performance.now();
    const done = (): void => seconds.observe({ command: label }, (performance.now() - start) / 1_000);
    command.promise.then(done, () => {
      done();
      errors.inc({ command: label });
    });
  }
}

/** ioredis with our clock on each round trip, and without waiting in line for a server that is away. */
class MeasuredRedis extends Redis {
  private readonly meter = new Meter();
  private lostAt: number | undefined;

  /** Starts to watch the connection; not in a constructor, since ioredis connects in its own. */
  noticeLoss(): this {
    this.on('close', () => (this.lostAt ??= Date.now()));
    this.on('ready', () => (this.lostAt = undefined));
    return this;
  }

  override sendCommand(command: Command, sink?: Sink): unknown {
    this.meter.note(command, sink);
    if (this.isAway()) command.reject(new Error('Connection is closed.'));
    return command.isResolved ? command.promise : super.sendCommand(command, sink);
  }

  private isAway(): boolean {
    return this.lostAt !== undefined && UNCONNECTED.has(this.status) && Date.now() - this.lostAt > BLIP_MS;
  }
}

class MeasuredCluster extends Cluster {
  private readonly meter = new Meter();

  override sendCommand(command: Command, sink?: Sink, node?: unknown): unknown {
    this.meter.note(command, sink);
    return super.sendCommand(command, sink, node);
  }
}

export interface ConnectionOptions extends Omit<RedisOptions, 'replyMapping'> {
  /** Another server than REDIS_URL. */
  url?: string;
}

/** A connection of one's own, for blocking reads and subscriptions; the caller closes it. */
export function newRedis(name: string, { url, ...options }: ConnectionOptions = {}): Redis {
  const { REDIS_URL, REDIS_DEADLINE_MS } = dataConfig();
  const client = new MeasuredRedis(url ?? REDIS_URL, {
    connectionName: `doul-${name}`,
    connectTimeout: REDIS_DEADLINE_MS,
    commandTimeout: REDIS_DEADLINE_MS,
    // A command survives one reconnection; then it fails, so that callers can answer without Redis instead of waiting for it.
    maxRetriesPerRequest: 1,
    retryStrategy: retryPause,
    ...options,
  }).noticeLoss();
  client.on('error', (error: Error) => log.warn({ err: error.message, connection: name }, 'redis connection'));
  return client;
}

/** One server, or the nodes of a Redis Cluster. */
export type RedisClient = Redis | Cluster;

/** Times a command follows a cluster that is moving: with the pause between them this is below its deadline. */
const MAX_REDIRECTIONS = 8;
const REDIRECTION_PAUSE_MS = 100;

function newCluster(name: string, urls: readonly string[]): Cluster {
  const { REDIS_DEADLINE_MS } = dataConfig();
  const nodes = urls.map((url) => new URL(url));
  const [first] = nodes;
  const client = new MeasuredCluster(
    nodes.map(({ hostname, port }) => ({ host: hostname, port: Number(port || DEFAULT_PORT) })),
    {
      maxRedirections: MAX_REDIRECTIONS,
      retryDelayOnFailover: REDIRECTION_PAUSE_MS,
      retryDelayOnClusterDown: REDIRECTION_PAUSE_MS,
      slotsRefreshTimeout: REDIS_DEADLINE_MS,
      clusterRetryStrategy: retryPause,
      redisOptions: {
        connectionName: `doul-${name}`,
        connectTimeout: REDIS_DEADLINE_MS,
        commandTimeout: REDIS_DEADLINE_MS,
        ...(first?.username ? { username: decodeURIComponent(first.username) } : {}),
        ...(first?.password ? { password: decodeURIComponent(first.password) } : {}),
        ...(first?.protocol === 'rediss:' ? { tls: {} } : {}),
      },
    },
  );
  client.on('error', (error: Error) => log.warn({ err: error.message, connection: name }, 'redis cluster'));
  return client;
}

/** A connection to what REDIS_URL names: one server, or a cluster that is found through any of several. The caller closes it. */
export function newRedisClient(name: string): RedisClient {
  const { REDIS_URL, REDIS_CLUSTER } = dataConfig();
  const urls = REDIS_URL.split(',').map((url) => url.trim());
  return urls.length > 1 || REDIS_CLUSTER ? newCluster(name, urls) : newRedis(name);
}

/** The process's shared connection. */
export function redis(): Promise<RedisClient> {
  return resource(
    'redis',
    () => {
      const client = newRedisClient('shared');
      addReadyCheck({ name: 'redis', check: async () => void (await client.ping()) });
      return client;
    },
    (client) => client.disconnect(),
  );
}

const LOST =
  /timed out|max retries per request|connection is closed|ECONNREFUSED|ECONNRESET|EPIPE|LOADING|stream isn't writeable|CLUSTERDOWN|cluster redirections|slots cache|cluster is ended|cluster isn't ready/i;

/** UNAVAILABLE for a Redis that is away or slow, with the driver's error as cause; other errors stay as they are. */
export function fromRedisError(error: unknown): unknown {
  if (error instanceof DoulError || !(error instanceof Error)) return error;
  return LOST.test(error.message) ? CommonErrors.UNAVAILABLE({}, error) : error;
}
