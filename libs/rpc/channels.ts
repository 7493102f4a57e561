import { resource } from '@doul/runtime';
import { Client, credentials, type ClientOptions } from '@grpc/grpc-js';
import { CallStream } from './call-stream.js';
import { Directory } from './directory.js';
import type { Instance } from './listing.js';

/** Channelz and grpc-js's own retries cost without serving us; the window lets a whole page through at once. */
const OPTIONS: ClientOptions = {
  'grpc.enable_channelz': 0,
  'grpc.enable_retries': 0,
  'grpc-node.flow_control_window': 4 << 20,
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.min_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
  'grpc.max_receive_message_length': 16 << 20,
};
/** A gone instance finishes the calls it has before its connection is closed, in ms. */
const LINGER_MS = 5_000;

interface Connection {
  service: string;
  client: Client;
  stream: CallStream;
  /** When its instance left the list, in Unix ms; absent while it is listed. */
  goneAt?: number;
}

/** What calls one instance. */
export type Lines = Pick<Connection, 'client' | 'stream'>;

/** One connection per live instance of each called service. */
export class Channels {
  private readonly connections = new Map<string, Connection>();
  private readonly timers = new Set<NodeJS.Timeout>();
  readonly directory = new Directory((service) => this.noteGone(service));

  linesTo(service: string, instance: Instance): Lines {
    const known = this.connections.get(instance.id);
    if (known) return known;
    const client = new Client(instance.target, credentials.createInsecure(), OPTIONS);
    const made: Connection = { service, client, stream: new CallStream(client) };
    this.connections.set(instance.id, made);
    return made;
  }

  /** An instance may come back to the list, as after a loss of etcd's data; only one that stays away loses its connection. */
  private noteGone(service: string): void {
    let gone = false;
    for (const [id, connection] of this.connections) {
      if (connection.service !== service) continue;
      if (this.directory.has(service, id)) delete connection.goneAt;
      else {
        connection.goneAt ??= Date.now();
        gone = true;
      }
    }
    if (!gone) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      this.closeGone();
    }, LINGER_MS);
    this.timers.add(timer.unref());
  }

  private closeGone(): void {
    for (const [id, { client, stream, goneAt }] of this.connections) {
      // Timers may come a little early.
      if (goneAt === undefined || Date.now() - goneAt < LINGER_MS - 50) continue;
      stream.close();
      client.close();
      this.connections.delete(id);
    }
  }

  close(): void {
    for (const timer of this.timers) clearTimeout(timer);
    for (const { client, stream } of this.connections.values()) {
      stream.close();
      client.close();
    }
    this.connections.clear();
  }
}

export const channels = (): Promise<Channels> =>
  resource(
    'rpc-channels',
    () => new Channels(),
    (all) => all.close(),
  );
