import { addReadyCheck, childLog, countCall, metrics, resource } from '@doul/runtime';
import { CommonErrors, DoulError } from '@doul/contracts';
import { Redis, type Command, type RedisOptions } from 'ioredis';
import { dataConfig } from './data.config.js';

const log = childLog('data');
const seconds = metrics.histogram('doul_redis_seconds', 'Time of Redis commands; a pipeline is one', ['command']);
const errors = metrics.counter('doul_redis_errors_total', 'Failed Redis commands', ['command']);

/** Longest pause between attempts to reconnect, in ms: a restarted Redis is found again within it. */
const MAX_RECONNECT_MS = 500;

type Sink = Parameters<Redis['sendCommand']>[1];

/** ioredis with our clock on each round trip. */
class MeasuredRedis extends Redis {
  private lastPipeline: Sink;

  override sendCommand(command: Command, sink?: Sink): unknown {
    if (sink !== undefined) {
      if (sink !== this.lastPipeline) this.measure('pipeline', command);
      this.lastPipeline = sink;
    } else this.measure(command.name, command);
    return super.sendCommand(command, sink);
  }

  private measure(label: string, command: Command): void {
    if (command.name === 'info' || command.name === 'client' || command.name === 'hello') return;
    countCall('redis');
    const start = performance.now();
    const done = (): void => seconds.observe({ command: label }, (performance.now() - start) / 1_000);
    command.promise.then(done, () => {
      done();
      errors.inc({ command: label });
    });
  }
}

/** A connection of one's own, for blocking reads and subscriptions; the caller closes it. */
export function newRedis(name: string, options: Omit<RedisOptions, 'replyMapping'> = {}): Redis {
  const { REDIS_URL, REDIS_DEADLINE_MS } = dataConfig();
  const client = new MeasuredRedis(REDIS_URL, {
    connectionName: `doul-${name}`,
    connectTimeout: REDIS_DEADLINE_MS,
    commandTimeout: REDIS_DEADLINE_MS,
    // A command survives one reconnection; then it fails, so that callers can answer without Redis instead of waiting for it.
    maxRetriesPerRequest: 1,
    retryStrategy: (times) => Math.min(25 * 2 ** Math.min(times, 6), MAX_RECONNECT_MS),
    ...options,
  });
  client.on('error', (error: Error) => log.warn({ err: error.message, connection: name }, 'redis connection'));
  return client;
}

/** The process's shared connection. */
export function redis(): Promise<Redis> {
  return resource(
    'redis',
    () => {
      const client = newRedis('shared');
      addReadyCheck({ name: 'redis', check: async () => void (await client.ping()) });
      return client;
    },
    (client) => client.disconnect(),
  );
}

const LOST =
  /timed out|max retries per request|connection is closed|ECONNREFUSED|ECONNRESET|EPIPE|LOADING|stream isn't writeable|CLUSTERDOWN/i;

/** UNAVAILABLE for a Redis that is away or slow, with the driver's error as cause; other errors stay as they are. */
export function fromRedisError(error: unknown): unknown {
  if (error instanceof DoulError || !(error instanceof Error)) return error;
  return LOST.test(error.message) ? CommonErrors.UNAVAILABLE({}, error) : error;
}
