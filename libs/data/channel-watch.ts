import { Rounds, childLog, metrics } from '@doul/runtime';
import type { Cluster, Redis } from 'ioredis';
import type { RedisClient } from './redis.js';

export interface ChannelWatchOptions {
  /** In logs, metrics and the server's list of connections. */
  name: string;
  /** The server that is published on, or the cluster. */
  client: () => Promise<RedisClient>;
  channels: readonly string[];
  /**
   * @param isOrdered whether it came once, and after all that were published before it on the same key's server. In a cluster, whose nodes
   * pass messages on to each other, an old one may come again after a newer one.
   */
  onMessage: (channel: string, text: string, isOrdered: boolean) => void;
  /** Messages may have been missed: at the start, and after each loss of a connection. */
  onReset: () => void;
  /** Whether anybody wants to hear now: without that there is no connection. */
  isWanted: () => boolean;
}

export interface ChannelWatch {
  /** Every message that was published so long ago, in ms, has been handed over; Infinity while that is not known. */
  ageMs(): number;
  stop(): Promise<void>;
}

const log = childLog('data');
const resets = metrics.counter('doul_channel_resets_total', 'Times that messages of Redis channels may have been missed', ['watch']);

/** Pause between questions whether all has arrived, in ms. */
const EVERY_MS = 100;
/** A server that does not answer for so long is given up, in ms. */
const DEADLINE_MS = 1_000;
/** Pause after a failure, in ms. */
const PAUSE_MS = 300;

const mastersOf = (client: RedisClient): Redis[] => (client.isCluster ? (client as Cluster).nodes('master') : [client as Redis]);
const addressesOf = (servers: readonly Redis[]): string =>
  servers
    .map(({ options: { host, port } }) => `${host ?? ''}:${port ?? 0}`)
    .sort()
    .join();

/**
 * Subscriptions that nothing is missed on, to every master: a cluster passes messages on between its nodes, but says nothing when it
 * could not, while the node that one was published on has it for certain.
 */
class Subscriptions {
  isLost = false;
  private readonly connections: Redis[];
  private readonly addresses: string;

  constructor(
    servers: readonly Redis[],
    private readonly options: ChannelWatchOptions,
    private readonly isOrdered: boolean,
    onLoss: () => void,
  ) {
    this.addresses = addressesOf(servers);
    this.connections = servers.map((server) => this.connection(server, onLoss));
  }

  /** Whether these are still the servers that are published on. */
  isOf(servers: readonly Redis[]): boolean {
    return this.addresses === addressesOf(servers);
  }

  async start(): Promise<void> {
    await Promise.all(this.connections.map((connection) => connection.subscribe(...this.options.channels)));
  }

  /** Resolves when what had been published before has been handed over: answers and messages of a connection come in order. */
  async caughtUp(): Promise<void> {
    await Promise.all(this.connections.map((connection) => connection.ping()));
  }

  close(): void {
    this.isLost = true;
    for (const connection of this.connections) connection.disconnect();
  }

  private connection(server: Redis, onLoss: () => void): Redis {
    const connection = server.duplicate({
      connectionName: `doul-${this.options.name}`,
      commandTimeout: DEADLINE_MS,
      connectTimeout: DEADLINE_MS,
      // What is lost is begun anew as a whole, so that nothing goes on as if nothing had been missed.
      retryStrategy: () => null,
      autoResubscribe: false,
      lazyConnect: false,
    });
    connection.on('message', (channel: string, text: string) => this.options.onMessage(channel, text, this.isOrdered));
    connection.on('error', (error: Error) => log.debug({ err: error.message, watch: this.options.name }, 'redis subscription'));
    const lose = (): void => {
      if (this.isLost) return;
      this.isLost = true;
      onLoss();
    };
    connection.on('close', lose);
    // A socket says that it is closed only at the end of the turn in which its end arrived, and a reader may come in between.
    connection.on('connect', () => connection.stream.once('end', lose).once('error', lose));
    return connection;
  }
}

class Watch implements ChannelWatch {
  private subscriptions: Subscriptions | undefined;
  private knownAt = -Infinity;
  private hasFailed = false;
  private readonly rounds = new Rounds(() => this.round());

  constructor(private readonly options: ChannelWatchOptions) {}

  ageMs(): number {
    return performance.now() - this.knownAt;
  }

  async stop(): Promise<void> {
    const stopped = this.rounds.stop();
    // What a round waits for then fails at once.
    this.end();
    await stopped;
    this.end();
  }

  /** @returns the pause after it, in ms */
  private async round(): Promise<number> {
    if (!this.options.isWanted()) {
      this.end();
      return EVERY_MS;
    }
    try {
      const startedAt = performance.now();
      const subscriptions = await this.subscribed();
      await subscriptions.caughtUp();
      if (!subscriptions.isLost) this.knownAt = startedAt;
      this.hasFailed = false;
      return EVERY_MS;
    } catch (error) {
      this.end();
      if (!this.hasFailed && !this.rounds.isStopped)
        log.warn({ err: error, watch: this.options.name }, 'Redis channels cannot be heard now; copies are not used meanwhile');
      this.hasFailed = true;
      return PAUSE_MS;
    }
  }

  private async subscribed(): Promise<Subscriptions> {
    const client = await this.options.client();
    const servers = mastersOf(client);
    const known = this.subscriptions;
    if (known && !known.isLost && known.isOf(servers)) return known;
    this.end();
    const begun = new Subscriptions(servers, this.options, !client.isCluster, () => (this.knownAt = -Infinity));
    this.subscriptions = begun;
    await begun.start();
    resets.inc({ watch: this.options.name });
    this.options.onReset();
    return begun;
  }

  private end(): void {
    this.knownAt = -Infinity;
    this.subscriptions?.close();
    this.subscriptions = undefined;
  }
}

/**
 * Hears what is published on Redis channels for as long as the process lives. A message is on its way before the writer that published it
 * has the answer to a further command (`RedisStore.published`); `ageMs()` bounds how much later it is heard, whatever becomes of the
 * connection.
 */
export const watchChannels = (options: ChannelWatchOptions): ChannelWatch => new Watch(options);
