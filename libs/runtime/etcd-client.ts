import { noop, type IBackoff } from 'cockatiel';
import { Etcd3, type IOptions } from 'etcd3';
import { KeptLease } from './etcd-kept-lease.js';
import { PrefixWatch, type EtcdEntries } from './etcd-watch.js';
import { resource } from './resource.js';
import { runtimeConfig } from './runtime.config.js';

/** How long one etcd call may take, in ms. */
const CALL_MS = 2_000;

/** A connection that has gone silent is noticed; etcd refuses clients that ask more often than every 5 s. */
const CHANNEL = {
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
};

/** Pause before a lost stream is opened again, in ms. PrefixWatch has its own; this one outlives the client's end, so it is short. */
const REWATCH: IBackoff<unknown> = { duration: 100, next: () => REWATCH };

const soon = (): { deadline: number } => ({ deadline: Date.now() + CALL_MS });

/** etcd as this system needs it: every key below one namespace, every call with a deadline, watches that never end. */
export class EtcdClient {
  private readonly watches = new Set<PrefixWatch>();

  constructor(
    private readonly etcd: Etcd3,
    readonly namespace: string,
  ) {}

  private path(key: string): string {
    return `/${this.namespace}/${key}`;
  }

  async put(key: string, value: string): Promise<void> {
    await this.etcd.put(this.path(key)).value(value).options(soon()).exec();
  }

  async get(key: string): Promise<string | undefined> {
    return (await this.etcd.get(this.path(key)).options(soon()).string()) ?? undefined;
  }

  /** All entries below a prefix; keys are given without the namespace. */
  async list(prefix: string): Promise<Map<string, string>> {
    const found = await this.etcd.getAll().prefix(this.path(prefix)).options(soon()).strings();
    const skip = this.path('').length;
    return new Map(Object.entries(found).map(([key, value]) => [key.slice(skip), value]));
  }

  /** A lease that is kept alive until it is ended or lost. */
  grant(seconds: number): Promise<KeptLease> {
    return KeptLease.grant(this.etcd.lease(seconds, soon()), CALL_MS);
  }

  /** Puts a key that ends with the lease. */
  async putLeased(key: string, value: string, lease: KeptLease): Promise<void> {
    await this.etcd.put(this.path(key)).value(value).lease(lease.id).options(soon()).exec();
  }

  /** Puts the key under the lease only if nobody has it, or it has this very value already; whether that succeeded. */
  async claim(key: string, value: string, lease: KeptLease): Promise<boolean> {
    const path = this.path(key);
    const put = this.etcd.put(path).value(value).lease(lease.id);
    const free = await this.etcd.if(path, 'Create', '==', 0).then(put).options(soon()).commit();
    if (free.succeeded) return true;
    return (await this.etcd.if(path, 'Value', '==', value).then(put).options(soon()).commit()).succeeded;
  }

  /**
   * Calls the listener with all entries below a prefix, now and after every change, until the returned function is called.
   * While etcd is away the last known entries stand; a lost watch is repaired by a full read.
   */
  watch(prefix: string, listener: (entries: EtcdEntries) => void): () => void {
    const source = { prefix, list: () => this.list(prefix), watcher: () => this.etcd.watch().prefix(this.path(prefix)).watcher() };
    const watch = new PrefixWatch(source, listener).start();
    this.watches.add(watch);
    return () => {
      this.watches.delete(watch);
      void watch.stop();
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.watches].map((watch) => watch.stop()));
    this.watches.clear();
    this.etcd.close();
  }
}

/** The process's connection to etcd. It connects lazily, so a missing etcd fails calls and not the boot. */
export const etcd = (): Promise<EtcdClient> =>
  resource(
    'etcd',
    () => {
      const { ETCD_HOSTS, ETCD_NAMESPACE } = runtimeConfig();
      const options: IOptions = {
        hosts: ETCD_HOSTS,
        dialTimeout: CALL_MS,
        grpcOptions: CHANNEL,
        // The default circuit breaker keeps refusing calls for seconds after etcd is back, and the default backoff of watches
        // grows to 30 s; our callers have their own backoff.
        faultHandling: { host: () => noop, global: noop, watchBackoff: REWATCH },
      };
      return new EtcdClient(new Etcd3(options), ETCD_NAMESPACE);
    },
    (client) => client.close(),
  );
