import { etcd, log } from '@doul/runtime';
import { Listing, type Instance } from './listing.js';

interface Known {
  listing: Listing;
  /** Resolves with the first list that names somebody. */
  loaded: Promise<void>;
}

/** The longest a first call waits for the first list, in ms. */
const FIRST_LIST_MS = 2_000;

/** Who serves what, kept fresh by a watch of etcd; the last known list stands while etcd is away or comes back empty. */
export class Directory {
  private readonly services = new Map<string, Known>();

  /** @param onChange told of every new list, so that connections to gone instances can be closed */
  constructor(private readonly onChange: (service: string) => void) {}

  private known(service: string): Known {
    const known = this.services.get(service);
    if (known) return known;
    let ready: () => void = () => undefined;
    const loaded = new Promise<void>((resolve) => (ready = resolve));
    const made: Known = { listing: new Listing(), loaded };
    this.services.set(service, made);
    this.follow(service, made.listing, ready).catch((error: unknown) => {
      log.error({ err: error, service }, 'the service list cannot be followed');
      this.services.delete(service);
    });
    return made;
  }

  private async follow(service: string, listing: Listing, ready: () => void): Promise<void> {
    const client = await etcd();
    client.watch(`services/${service}.rpc/`, (entries) => {
      if (!listing.take(entries)) return log.warn({ service }, 'etcd lists nobody; the last known list stands');
      this.onChange(service);
      if (listing.instances.length > 0) ready();
    });
  }

  /** Whose turn it is, see `Listing.choose`; undefined when nobody is known within `waitMs`. */
  async pick(service: string, avoid?: string, waitMs = FIRST_LIST_MS): Promise<Instance | undefined> {
    const { listing, loaded } = this.known(service);
    if (listing.instances.length === 0) await firstOf(loaded, Math.max(0, Math.min(waitMs, FIRST_LIST_MS)));
    return listing.choose(avoid);
  }

  /** How many instances are known now. */
  size(service: string): number {
    return this.known(service).listing.instances.length;
  }

  has(service: string, id: string): boolean {
    return this.known(service).listing.has(id);
  }

  failed(service: string, id: string): void {
    this.known(service).listing.failed(id);
  }
}

function firstOf(promise: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
