import { resource } from '@doul/runtime';
import { Client, credentials, type ClientOptions } from '@grpc/grpc-js';
import { setTimeout as sleep } from 'node:timers/promises';
import { Directory, type Instance } from './directory.js';

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

/** One connection per live instance of each called service. */
export class Channels {
  private readonly clients = new Map<string, Client>();
  readonly directory = new Directory((service, instances) => void this.retire(service, instances));
  private readonly byService = new Map<string, Set<string>>();

  clientOf(service: string, instance: Instance): Client {
    const known = this.clients.get(instance.id);
    if (known) return known;
    const client = new Client(instance.target, credentials.createInsecure(), OPTIONS);
    this.clients.set(instance.id, client);
    const ids = this.byService.get(service) ?? new Set();
    this.byService.set(service, ids.add(instance.id));
    return client;
  }

  private async retire(service: string, instances: readonly Instance[]): Promise<void> {
    const live = new Set(instances.map((instance) => instance.id));
    const ids = this.byService.get(service) ?? new Set<string>();
    const gone = [...ids].filter((id) => !live.has(id));
    for (const id of gone) ids.delete(id);
    await sleep(LINGER_MS);
    for (const id of gone) {
      this.clients.get(id)?.close();
      this.clients.delete(id);
    }
  }

  close(): void {
    for (const client of this.clients.values()) client.close();
    this.clients.clear();
  }
}

export const channels = (): Promise<Channels> =>
  resource(
    'rpc-channels',
    () => new Channels(),
    (all) => all.close(),
  );
