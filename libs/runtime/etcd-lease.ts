import type { Lease } from 'etcd3';
import { setTimeout as sleep } from 'node:timers/promises';
import { etcd, type EtcdClient } from './etcd-client.js';
import { log } from './log.js';

/** How long a crashed holder keeps its place, in seconds. */
const LEASE_SECONDS = 5;
/** First and longest pause between tries while etcd is away, in ms. */
const RETRY_MS = { first: 200, longest: 5_000 };
/** How often a waiter looks whether an exclusive lease has become free, in ms. */
const WAIT_MS = 1_000;

const lost = (lease: Lease, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    lease.once('lost', () => resolve());
    signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** A key kept in etcd for as long as this process lives. */
export interface Registration {
  /** Takes the key away; at once when etcd can be reached, else when the lease ends. */
  withdraw(): Promise<void>;
}

/**
 * Keeps a key in etcd under a lease: put again with backoff after every loss, so an etcd outage needs no restart.
 * Returns at once; the first put may still be under way.
 */
export function register(key: string, value: string): Registration {
  const stop = new AbortController();
  let lease: Lease | undefined;
  const keep = async (): Promise<void> => {
    const client = await etcd();
    let pause = RETRY_MS.first;
    while (!stop.signal.aborted) {
      lease = client.lease(LEASE_SECONDS);
      try {
        await lease.put(client.leasedPath(key)).value(value).exec();
        pause = RETRY_MS.first;
        await lost(lease, stop.signal);
        if (!stop.signal.aborted) log.warn({ key }, 'the registration was lost; registering again');
      } catch (error) {
        log.debug({ err: error, key }, 'etcd cannot be reached to register');
        await sleep(pause, undefined, { signal: stop.signal }).catch(() => undefined);
        pause = Math.min(pause * 2, RETRY_MS.longest);
      }
      if (!stop.signal.aborted) lease.release();
    }
  };
  void keep();
  return {
    withdraw: async () => {
      stop.abort();
      await Promise.race([lease?.revoke().catch(() => undefined), sleep(1_000)]);
      lease?.release();
    },
  };
}

async function claimOnce(client: EtcdClient, key: string, holder: string): Promise<Lease | 'taken' | 'away'> {
  const lease = client.lease(LEASE_SECONDS);
  try {
    if (await client.claim(key, holder, lease)) return lease;
    await lease.revoke().catch(() => undefined);
    return 'taken';
  } catch {
    lease.release();
    return 'away';
  }
}

/** Keeps a held lease: true when somebody else has it now, false when `stop` was called. */
async function keepHeld(client: EtcdClient, key: string, holder: string, first: Lease, stop: AbortSignal): Promise<boolean> {
  let lease = first;
  while (!stop.aborted) {
    await lost(lease, stop);
    if (stop.aborted) break;
    lease.release();
    // While etcd is away nobody else can take it either, so the work goes on; it is safe to be done twice.
    for (;;) {
      const next = await claimOnce(client, key, holder);
      if (next === 'taken') return true;
      if (next !== 'away') {
        lease = next;
        break;
      }
      if (stop.aborted) return false;
      await sleep(RETRY_MS.longest / 10);
    }
  }
  await lease.revoke().catch(() => undefined);
  return false;
}

/**
 * Runs `work` in one process at a time across the system; the signal ends it when the lease passes to another.
 * Exclusive use is for economy, not for safety: the work itself must be right even if two run for a moment,
 * because a paused process cannot know that its lease has lapsed.
 *
 * @returns a function that ends the work, waits for it, and frees the lease
 */
export function holdLease(name: string, work: (signal: AbortSignal) => Promise<void>): () => Promise<void> {
  const stop = new AbortController();
  const holder = `${process.pid}`;
  const run = async (): Promise<void> => {
    const client = await etcd();
    const key = `leases/${name}`;
    while (!stop.signal.aborted) {
      const lease = await claimOnce(client, key, holder);
      if (lease === 'taken' || lease === 'away') {
        await sleep(WAIT_MS, undefined, { signal: stop.signal }).catch(() => undefined);
        continue;
      }
      const held = new AbortController();
      const end = (): void => held.abort();
      stop.signal.addEventListener('abort', end, { once: true });
      const working = work(held.signal).catch((error: unknown) => log.error({ err: error, lease: name }, 'leased work failed'));
      const ended = new AbortController();
      void working.then(() => ended.abort());
      await keepHeld(client, key, holder, lease, AbortSignal.any([stop.signal, ended.signal]));
      held.abort();
      await working;
      if (!stop.signal.aborted) await sleep(WAIT_MS);
    }
  };
  const running = run().catch((error: unknown) => log.error({ err: error, lease: name }, 'lease loop ended'));
  return async () => {
    stop.abort();
    await running;
  };
}
