/** How long one look into etcd may take, in ms. */
const LOOK_MS = 1_500;
/** Looks this close together share one answer, in ms. */
const SHARED_MS = 150;

/** @typedef {{ layer: string, instance: string, address: string, port: number, admin: number, pid: number, prefixes?: string[] }} Entry */

const base64 = (/** @type {string} */ text) => Buffer.from(text).toString('base64');
const fromBase64 = (/** @type {string} */ text) => Buffer.from(text, 'base64').toString();
/** The first key after all that start with the prefix. @param {string} prefix */
const endOf = (prefix) => prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);

/**
 * The layers that are registered in etcd, `video.api` as `video-api`.
 * @param {string} hosts comma-separated, the first is asked
 * @param {string} namespace
 * @returns {Promise<Entry[]>}
 */
export async function registrations(hosts, namespace) {
  const prefix = `/${namespace}/services/`;
  const url = `${(hosts.split(',')[0] ?? '').replace(/\/$/, '')}/v3/kv/range`;
  const response = await fetch(url, {
    method: 'POST',
    body: JSON.stringify({ key: base64(prefix), range_end: base64(endOf(prefix)) }),
    signal: AbortSignal.timeout(LOOK_MS),
  });
  const answer = /** @type {{ kvs?: { key: string, value: string }[] }} */ (await response.json());
  return (answer.kvs ?? []).map(({ key, value }) => {
    const [service = '', instance = ''] = fromBase64(key).slice(prefix.length).split('/');
    return { layer: service.replace('.', '-'), instance, ...JSON.parse(fromBase64(value)) };
  });
}

/** Registrations for many waiters at once. An etcd that is away reads as the last known list. */
export class Registry {
  /** @type {Entry[]} */
  #known = [];
  #at = 0;
  /** @type {Promise<Entry[]> | undefined} */
  #looking;

  /** @param {string} hosts @param {string} namespace */
  constructor(hosts, namespace) {
    this.hosts = hosts;
    this.namespace = namespace;
  }

  /** @returns {Promise<Entry[]>} */
  async entries() {
    if (Date.now() - this.#at < SHARED_MS) return this.#known;
    this.#looking ??= registrations(this.hosts, this.namespace)
      .then((entries) => (this.#known = entries))
      .catch(() => this.#known)
      .finally(() => {
        this.#at = Date.now();
        this.#looking = undefined;
      });
    return this.#looking;
  }

  /** @param {number} pid */
  async ofPid(pid) {
    return (await this.entries()).filter((entry) => entry.pid === pid);
  }
}
