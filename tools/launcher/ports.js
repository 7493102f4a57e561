import { createServer } from 'node:net';

/** Below the range that Linux hands out for outgoing connections (32768 and up), so a remembered port stays free. */
const RANGE = { from: 20_000, to: 30_000 };
/** The address a person types; the next free one is taken when it is in use. */
const FRONT_DOOR = 8080;

/** Everything that listens, by the name it has in ports.json. */
export const PORT_NAMES = /** @type {const} */ ([
  'mysql',
  'redis',
  'etcd',
  'etcdPeer',
  'rabbitmq',
  'rabbitmqDist',
  'rabbitmqCtl',
  'epmd',
  'elasticsearch',
  'elasticsearchPeer',
  'oss',
  'nginx',
]);

/** @typedef {Record<typeof PORT_NAMES[number], number>} Ports */

/**
 * Whether a port can be listened on.
 * @param {number} port
 * @returns {Promise<boolean>}
 */
export const isFree = (port) =>
  new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => done(true)));
  });

/**
 * @param {number} first
 * @param {(port: number) => number} next
 * @param {Set<number>} taken
 * @param {(port: number) => Promise<boolean>} free
 */
async function find(first, next, taken, free) {
  let port = first;
  for (let tries = 0; tries < 1_000; tries += 1) {
    if (!taken.has(port) && (await free(port))) return port;
    port = next(port);
  }
  throw new Error('no free port was found');
}

const random = () => RANGE.from + Math.floor(Math.random() * (RANGE.to - RANGE.from));

/**
 * Ports for every name: the remembered ones where they are still free, new ones where another program took them.
 * @param {Partial<Ports>} remembered
 * @param {(port: number) => Promise<boolean>} [free]
 * @returns {Promise<Ports>}
 */
export async function choosePorts(remembered, free = isFree) {
  /** @type {Partial<Ports>} */
  const ports = {};
  /** @type {Set<number>} */
  const taken = new Set(Object.values(remembered));
  for (const name of PORT_NAMES) {
    const known = remembered[name];
    if (known !== undefined && (await free(known))) {
      ports[name] = known;
      continue;
    }
    const port = name === 'nginx' ? await find(FRONT_DOOR, (at) => at + 1, taken, free) : await find(random(), random, taken, free);
    taken.add(port);
    ports[name] = port;
  }
  return /** @type {Ports} */ (ports);
}
