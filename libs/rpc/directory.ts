import { etcd, log } from '@doul/runtime';

/** Where one instance of a layer can be reached. */
export interface Instance {
  id: string;
  target: string;
}

interface Listing {
  instances: readonly Instance[];
  next: number;
  loaded: Promise<void>;
}

/** An instance that has just failed is left alone for this long while others are there, in ms. */
const COOL_DOWN_MS = 2_000;
/** The longest a first call waits for the first list, in ms. */
const FIRST_LIST_MS = 2_000;

function parse(entries: ReadonlyMap<string, string>): Instance[] {
  return [...entries].map(([key, value]) => {
    const { address, port } = JSON.parse(value) as { address: string; port: number };
    return { id: key.slice(key.lastIndexOf('/') + 1), target: `${address}:${port}` };
  });
}

/** Who serves what, kept fresh by a watch of etcd; the last known list stands while etcd is away or comes back empty. */
export class Directory {
  private readonly listings = new Map<string, Listing>();
  private readonly failedAt = new Map<string, number>();

  /** @param onChange told of every new list, so that connections to gone instances can be closed */
  constructor(private readonly onChange: (service: string, instances: readonly Instance[]) => void) {}

  private listing(service: string): Listing {
    const known = this.listings.get(service);
    if (known) return known;
    let ready: () => void = () => undefined;
    const loaded = new Promise<void>((resolve) => (ready = resolve));
    const listing: Listing = { instances: [], next: 0, loaded };
    this.listings.set(service, listing);
    void etcd().then((client) =>
      client.watch(`services/${service}.rpc/`, (entries) => {
        const instances = parse(entries);
        // After an etcd restart every lease has lapsed although all servers live: an empty list is not believed.
        if (instances.length === 0 && listing.instances.length > 0)
          return log.warn({ service }, 'etcd lists nobody; the last known list stands');
        listing.instances = instances;
        this.onChange(service, instances);
        if (instances.length > 0) ready();
      }),
    );
    return listing;
  }

  /** Round robin over the instances, past those that failed just now; undefined when none is known within `waitMs`. */
  async pick(service: string, avoid?: string, waitMs = FIRST_LIST_MS): Promise<Instance | undefined> {
    const listing = this.listing(service);
    if (listing.instances.length === 0) await firstOf(listing.loaded, Math.min(waitMs, FIRST_LIST_MS));
    return this.choose(listing, avoid);
  }

  private choose(listing: Listing, avoid: string | undefined): Instance | undefined {
    const { instances } = listing;
    const start = listing.next++;
    const now = Date.now();
    const inTurn = instances.map((_, at) => instances[(start + at) % instances.length] as Instance);
    const well = inTurn.find((each) => each.id !== avoid && now - (this.failedAt.get(each.id) ?? 0) > COOL_DOWN_MS);
    return well ?? inTurn.find((each) => each.id !== avoid) ?? inTurn[0];
  }

  failed(id: string): void {
    this.failedAt.set(id, Date.now());
    if (this.failedAt.size > 1_000) this.failedAt.clear();
  }
}

function firstOf(promise: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
