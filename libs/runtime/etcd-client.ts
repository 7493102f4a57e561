import { noop } from 'cockatiel';
import { Etcd3, type Lease } from 'etcd3';
import { log } from './log.js';
import { resource } from './resource.js';
import { runtimeConfig } from './runtime.config.js';

/** How long one etcd call may take, in ms. */
const CALL_MS = 2_000;
/** A watch that missed something is put right by a full read this often, in ms. */
const RELIST_MS = 5_000;
/** Changes arriving together cause one read, in ms. */
const SETTLE_MS = 30;

export type EtcdEntries = ReadonlyMap<string, string>;
type Listener = (entries: EtcdEntries) => void;

const same = (a: EtcdEntries | undefined, b: EtcdEntries): boolean =>
  a !== undefined && a.size === b.size && [...b].every(([key, value]) => a.get(key) === value);

/** etcd as this system needs it: every key below one namespace, every call with a deadline, watches that never end. */
export class EtcdClient {
  private readonly closers = new Set<() => void>();

  constructor(
    private readonly etcd: Etcd3,
    readonly namespace: string,
  ) {}

  private path(key: string): string {
    return `/${this.namespace}/${key}`;
  }

  async put(key: string, value: string): Promise<void> {
    await this.etcd
      .put(this.path(key))
      .value(value)
      .options({ deadline: Date.now() + CALL_MS })
      .exec();
  }

  async get(key: string): Promise<string | undefined> {
    return (
      (await this.etcd
        .get(this.path(key))
        .options({ deadline: Date.now() + CALL_MS })
        .string()) ?? undefined
    );
  }

  /** All entries below a prefix; keys are given without the namespace. */
  async list(prefix: string): Promise<Map<string, string>> {
    const found = await this.etcd
      .getAll()
      .prefix(this.path(prefix))
      .options({ deadline: Date.now() + CALL_MS })
      .strings();
    const skip = this.path('').length;
    return new Map(Object.entries(found).map(([key, value]) => [key.slice(skip), value]));
  }

  lease(seconds: number): Lease {
    return this.etcd.lease(seconds);
  }

  /** Puts the key under the lease only if nobody has it; whether that succeeded. */
  async claim(key: string, value: string, lease: Lease): Promise<boolean> {
    const id = await lease.grant();
    const answer = await this.etcd
      .if(this.path(key), 'Create', '==', 0)
      .then(this.etcd.put(this.path(key)).value(value).lease(id))
      .options({ deadline: Date.now() + CALL_MS })
      .commit();
    return answer.succeeded;
  }

  leasedPath(key: string): string {
    return this.path(key);
  }

  /**
   * Calls the listener with all entries below a prefix, now and after every change, until the returned function is called.
   * While etcd is away the last known entries stand; a lost watch is repaired by a full read.
   */
  watch(prefix: string, listener: Listener): () => void {
    let known: EtcdEntries | undefined;
    let stopped = false;
    let settle: NodeJS.Timeout | undefined;
    const reload = async (): Promise<void> => {
      try {
        const entries = await this.list(prefix);
        if (stopped || same(known, entries)) return;
        known = entries;
        listener(entries);
      } catch (error) {
        log.debug({ err: error, prefix }, 'etcd is away; the last known entries stand');
      }
    };
    const soon = (): void => {
      clearTimeout(settle);
      settle = setTimeout(() => void reload(), SETTLE_MS);
    };
    const watcher = this.etcd.watch().prefix(this.path(prefix)).watcher();
    for (const event of ['data', 'connected'] as const) watcher.on(event as 'data', soon);
    watcher.on('error', (error: unknown) => log.debug({ err: error, prefix }, 'etcd watch'));
    const timer = setInterval(() => void reload(), RELIST_MS);
    void reload();
    const stop = (): void => {
      stopped = true;
      clearTimeout(settle);
      clearInterval(timer);
      this.closers.delete(stop);
      watcher.cancel().catch(() => undefined);
    };
    this.closers.add(stop);
    return stop;
  }

  close(): void {
    for (const stop of [...this.closers]) stop();
    this.etcd.close();
  }
}

/** The process's connection to etcd. It connects lazily, so a missing etcd fails calls and not the boot. */
export const etcd = (): Promise<EtcdClient> =>
  resource(
    'etcd',
    () => {
      const { ETCD_HOSTS, ETCD_NAMESPACE } = runtimeConfig();
      // The default circuit breaker keeps refusing calls for seconds after etcd is back; our callers have their own backoff.
      const options = { hosts: ETCD_HOSTS, dialTimeout: CALL_MS, faultHandling: { host: () => noop, global: noop } };
      return new EtcdClient(new Etcd3(options), ETCD_NAMESPACE);
    },
    (client) => client.close(),
  );
