import { childLog, resource } from '@doul/runtime';
import { connect, type ConfirmChannel, type RecoveringChannelModel } from 'amqplib';
import { eventsConfig } from './events.config.js';
import { LiveChannel } from './live-channel.js';

const log = childLog('events');

/** Seconds without a sign of life after which the connection is given up. */
const HEARTBEAT_S = 10;
/** Waits between tries to reach the broker, in ms. */
const RECONNECT = { initialDelay: 200, maxDelay: 5_000, factor: 2, jitter: 0.2 };
/** How long one try to connect may take, in ms. */
const CONNECT_MS = 5_000;

/** The process's connection to RabbitMQ: it comes back by itself, and so do the channels opened through it. */
export class Broker {
  private readonly channels = new Set<LiveChannel>();

  private constructor(private readonly connection: RecoveringChannelModel) {}

  /** Returns at once; the connection is made in the background and made again whenever it is lost. */
  static async open(url: string): Promise<Broker> {
    const address = new URL(url);
    address.searchParams.set('heartbeat', String(HEARTBEAT_S));
    const connection = await connect(address.href, {
      timeout: CONNECT_MS,
      // Without it a second small frame waits up to 40 ms for the kernel's acknowledgement of the first (Nagle and delayed ACK).
      noDelay: true,
      recovery: { ...RECONNECT, maxRetries: Infinity, waitForConnect: false },
    });
    // These listeners must not throw: amqplib would take that for a failed connection and reconnect for ever.
    connection.on('connect', () => log.info('connected to the broker'));
    connection.on('disconnect', (error: Error) => log.warn({ reason: error.message }, 'lost the broker'));
    connection.on('reconnect-scheduled', ({ attempt, delay }: { attempt: number; delay: number }) => {
      if (attempt % 10 === 1) log.warn({ attempt, delay }, 'the broker cannot be reached');
    });
    connection.on('error', (error: Error) => log.warn({ reason: error.message }, 'broker connection failed'));
    connection.on('handler-error', (error: Error) => log.error({ err: error }, 'a broker listener failed'));
    return new Broker(connection);
  }

  /** A channel that is opened and prepared again after every loss of the connection or of the channel alone. */
  channel(name: string, prepare: (channel: ConfirmChannel) => Promise<void>): LiveChannel {
    const live = new LiveChannel(name, () => this.connection.createConfirmChannel(), prepare);
    this.channels.add(live);
    return live;
  }

  async close(): Promise<void> {
    await Promise.all([...this.channels].map((channel) => channel.close()));
    await this.connection.close();
  }
}

/** The process's broker connection, made on first use and closed when the process stops. */
export const broker = (): Promise<Broker> =>
  resource(
    'rabbitmq',
    () => Broker.open(eventsConfig().RABBITMQ_URL),
    (opened) => opened.close(),
  );
