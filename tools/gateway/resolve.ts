import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Routes } from './routes.js';

/** How long a resolved name is believed, in ms. */
const BELIEVED_MS = 10_000;
const known = new Map<string, { address: string; at: number }>();

async function addressOf(host: string): Promise<string | undefined> {
  if (isIP(host) === 4) return host;
  if (isIP(host) === 6) return `[${host}]`;
  const found = known.get(host);
  if (found && Date.now() - found.at < BELIEVED_MS) return found.address;
  try {
    const { address, family } = await lookup(host);
    known.set(host, { address: family === 6 ? `[${address}]` : address, at: Date.now() });
  } catch {
    // The last known address stands, as everywhere when somebody who tells addresses is away.
  }
  return known.get(host)?.address;
}

/** nginx is told addresses, never names; an instance whose name nobody knows is left out. */
export async function resolveNames(routes: Routes): Promise<Routes> {
  const peers = new Map<string, string[]>();
  for (const [service, instances] of routes.peers) {
    const resolved = await Promise.all(
      instances.map(async (instance) => {
        const [host = '', port = ''] = instance.split(' ');
        const address = await addressOf(host);
        return address === undefined ? [] : [`${address} ${port}`];
      }),
    );
    peers.set(service, resolved.flat());
  }
  return { peers, prefixes: routes.prefixes };
}
