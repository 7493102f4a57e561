/** What an instance says about itself in etcd. */
export interface Instance {
  address: string;
  port: number;
  prefixes?: readonly string[];
}

/** Instances of each service's API layer, and the path prefixes they serve. */
export interface Routes {
  /** service -> its instances, sorted */
  readonly peers: ReadonlyMap<string, readonly string[]>;
  /** prefix -> service */
  readonly prefixes: ReadonlyMap<string, string>;
}

/** A service whose last instance vanished keeps it this long, in ms: etcd may have come back empty, before anybody registered again. */
export const KEEP_MS = 60_000;

const KEY = /^services\/([a-z]+)\.api\//;
const ADDRESS = /^[\w.:[\]-]{1,255}$/;
const PREFIX = /^\/[\w./-]*[\w]$/;

function parse(text: string): Instance | undefined {
  try {
    const { address, port, prefixes } = JSON.parse(text) as Partial<Instance>;
    if (typeof address !== 'string' || !ADDRESS.test(address) || !Number.isInteger(port) || port === undefined) return undefined;
    return {
      address,
      port,
      prefixes: Array.isArray(prefixes) ? prefixes.filter((prefix) => typeof prefix === 'string' && PREFIX.test(prefix)) : [],
    };
  } catch {
    return undefined;
  }
}

/** The routes that etcd's entries describe. An entry that cannot be read is left out; of two services with one prefix the first by name gets it. */
export function routesFrom(entries: ReadonlyMap<string, string>): Routes {
  const peers = new Map<string, string[]>();
  const prefixes = new Map<string, string>();
  for (const [key, value] of [...entries].sort(([a], [b]) => a.localeCompare(b))) {
    const service = KEY.exec(key)?.[1];
    const instance = service === undefined ? undefined : parse(value);
    if (service === undefined || !instance) continue;
    peers.set(service, [...(peers.get(service) ?? []), `${instance.address} ${instance.port}`].sort());
    for (const prefix of instance.prefixes ?? []) if (!prefixes.has(prefix)) prefixes.set(prefix, service);
  }
  return { peers, prefixes };
}

/** Keeps what vanished as a whole for a while: a list that may be stale serves better than none. */
export class StickyRoutes {
  private readonly goneSince = new Map<string, number>();

  constructor(
    private known: Routes = { peers: new Map(), prefixes: new Map() },
    private readonly now: () => number = Date.now,
  ) {}

  next(fresh: Routes): Routes {
    const peers = new Map(fresh.peers);
    const prefixes = new Map(fresh.prefixes);
    for (const [service, instances] of this.known.peers) {
      if (peers.has(service)) {
        this.goneSince.delete(service);
        continue;
      }
      const since = this.goneSince.get(service) ?? this.now();
      this.goneSince.set(service, since);
      if (this.now() - since >= KEEP_MS) {
        this.goneSince.delete(service);
        continue;
      }
      peers.set(service, instances);
      for (const [prefix, owner] of this.known.prefixes) if (owner === service && !prefixes.has(prefix)) prefixes.set(prefix, owner);
    }
    return (this.known = { peers, prefixes });
  }
}

/** The file that nginx reads (deploy/nginx/routes.lua says how). */
export const routesText = ({ peers, prefixes }: Routes): string =>
  [
    ...[...prefixes].map(([prefix, service]) => `route ${prefix} ${service}`),
    ...[...peers].flatMap(([service, instances]) => instances.map((instance) => `peer ${service} ${instance}`)),
    '',
  ].join('\n');

/** The routes that such a file holds; what a restarted gateway goes on with. */
export function parseRoutes(text: string): Routes {
  const peers = new Map<string, string[]>();
  const prefixes = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [kind, first = '', second = '', port = ''] = line.split(' ');
    if (kind === 'route') prefixes.set(first, second);
    if (kind === 'peer') peers.set(first, [...(peers.get(first) ?? []), `${second} ${port}`]);
  }
  return { peers, prefixes };
}
