import { log } from '@doul/runtime';

/** Where one instance of a layer can be reached. */
export interface Instance {
  id: string;
  target: string;
}

/** An instance that has just failed is left alone for this long while others are there, in ms. */
const COOL_DOWN_MS = 2_000;

function parse(key: string, value: string): Instance[] {
  try {
    const { address, port } = JSON.parse(value) as { address?: unknown; port?: unknown };
    if (typeof address === 'string' && typeof port === 'number')
      return [{ id: key.slice(key.lastIndexOf('/') + 1), target: `${address.includes(':') ? `[${address}]` : address}:${port}` }];
  } catch {
    // Said below.
  }
  log.warn({ key }, 'an entry of the service list cannot be read');
  return [];
}

/** The instances of one service, and whose turn it is. */
export class Listing {
  instances: readonly Instance[] = [];
  private turn = 0;
  private readonly failedAt = new Map<string, number>();

  /**
   * Takes a new list, except an empty one after a filled one: after a loss of etcd's data every lease has lapsed although all servers live.
   *
   * @returns whether it was believed
   */
  take(entries: ReadonlyMap<string, string>): boolean {
    const instances = [...entries].flatMap(([key, value]) => parse(key, value));
    if (instances.length === 0 && this.instances.length > 0) return false;
    this.instances = instances;
    for (const id of this.failedAt.keys()) if (!this.has(id)) this.failedAt.delete(id);
    return true;
  }

  has(id: string): boolean {
    return this.instances.some((each) => each.id === id);
  }

  /** Round robin, past `avoid` and those that failed just now, unless there is no other. */
  choose(avoid?: string, now = Date.now()): Instance | undefined {
    const start = this.turn++;
    const inTurn = this.instances.map((_, at) => this.instances[(start + at) % this.instances.length] as Instance);
    const well = inTurn.find((each) => each.id !== avoid && now - (this.failedAt.get(each.id) ?? 0) > COOL_DOWN_MS);
    return well ?? inTurn.find((each) => each.id !== avoid) ?? inTurn[0];
  }

  failed(id: string, now = Date.now()): void {
    if (this.has(id)) this.failedAt.set(id, now);
  }
}
