import { setTimeout as sleep } from 'node:timers/promises';
import { etcd } from './etcd-client.js';
import type { KeptLease } from './etcd-kept-lease.js';
import { log } from './log.js';
import { aborted, nap } from './nap.js';

/** How long a crashed process stays listed, in seconds. */
const LEASE_SECONDS = 5;
/** First and longest pause between tries while etcd is away, in ms. */
const RETRY_MS = { first: 200, longest: 2_000 };
/** How long a withdrawal waits for etcd, in ms. */
const WITHDRAW_MS = 1_000;

/** A key kept in etcd for as long as this process lives. */
export interface Registration {
  /** Takes the key away; at once when etcd can be reached, else when the lease ends. */
  withdraw(): Promise<void>;
}

/** Puts the key and returns when its lease is lost or the signal is aborted. @throws when etcd is away */
async function keepOnce(key: string, value: string, signal: AbortSignal, onPut: () => void): Promise<void> {
  const client = await etcd();
  let lease: KeptLease | undefined;
  try {
    lease = await client.grant(LEASE_SECONDS);
    if (signal.aborted) return;
    await client.putLeased(key, value, lease);
    onPut();
    await Promise.race([lease.lost, aborted(signal)]);
  } finally {
    if (signal.aborted) await lease?.revoke();
    else lease?.release();
  }
}

async function keepRegistered(key: string, value: string, signal: AbortSignal): Promise<void> {
  let pause = 0;
  const onPut = (): void => {
    if (pause > 0) log.info({ key }, 'registered again');
    pause = 0;
  };
  while (!signal.aborted) {
    try {
      await keepOnce(key, value, signal, onPut);
      if (!signal.aborted) log.warn({ key }, 'the registration was lost; registering again');
    } catch (error) {
      if (pause === 0) log.warn({ err: error, key }, 'etcd cannot be reached to register; trying again until it can');
      pause = Math.min(Math.max(pause * 2, RETRY_MS.first), RETRY_MS.longest);
      await nap(pause, signal);
    }
  }
}

/**
 * Keeps a key in etcd under a lease: put again with backoff after every loss, so an etcd outage needs no restart.
 * Returns at once; the first put may still be under way.
 */
export function register(key: string, value: string): Registration {
  const stop = new AbortController();
  const ended = keepRegistered(key, value, stop.signal);
  return {
    withdraw: async () => {
      stop.abort();
      await Promise.race([ended, sleep(WITHDRAW_MS, undefined, { ref: false })]);
    },
  };
}
