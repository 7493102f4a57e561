import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface BadNetwork {
  /** `http://127.0.0.1:<port>`, in front of the real address. */
  readonly url: string;
  /** Connections cut so far, counted once for each time that the line broke. */
  readonly cuts: number;
  /** Changes a byte of what clients send next. */
  damage(): void;
  close(): Promise<void>;
}

export interface BadNetworkOptions {
  /** How often the line breaks. */
  readonly cuts: number;
  /** Most bytes between two breaks; at least a tenth of it. */
  readonly mostBytes: number;
}

/** A line to a server that breaks at random moments, every connection at once, as a phone's does between two cells. */
export async function badNetwork(target: string, options: BadNetworkOptions): Promise<BadNetwork> {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  const state = { cuts: 0, sent: 0, nextCut: 0, damage: false };
  const plan = (): void => void (state.nextCut = state.sent + options.mostBytes * (0.1 + 0.9 * Math.random()));
  plan();
  const passing = (chunk: Buffer): Buffer => {
    state.sent += chunk.length;
    // Only a chunk that is all body: headers that are damaged are another failure.
    if (state.damage && !chunk.includes('HTTP/1.1')) {
      state.damage = false;
      const copy = Buffer.from(chunk);
      copy[copy.length >> 1] = (copy[copy.length >> 1] ?? 0) ^ 1;
      return copy;
    }
    return chunk;
  };
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    upstream.pipe(client);
    client.on('data', (chunk: Buffer) => {
      if (!upstream.write(passing(chunk))) client.pause();
      if (state.cuts >= options.cuts || state.sent < state.nextCut) return;
      state.cuts += 1;
      plan();
      for (const socket of open) socket.resetAndDestroy();
    });
    upstream.on('drain', () => client.resume());
    client.on('end', () => upstream.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get cuts() {
      return state.cuts;
    },
    damage: () => void (state.damage = true),
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
