import { nanoid } from 'nanoid';
import { setTimeout as sleep } from 'node:timers/promises';
import { etcd } from './etcd-client.js';
import type { KeptLease } from './etcd-kept-lease.js';
import { log } from './log.js';
import { nap } from './nap.js';

/** How long a crashed holder keeps its place, in seconds. */
const LEASE_SECONDS = 5;
/** How often a waiter looks whether an exclusive lease has become free, and pause before failed work starts again, in ms. */
const WAIT_MS = 1_000;
/** How often a holder whose lease was lost tries to have it back while etcd is away, in ms. */
const REGAIN_MS = 500;

type Claimed = KeptLease | 'taken' | 'away';
type Claim = () => Promise<Claimed>;

async function claimOnce(key: string, holder: string): Promise<Claimed> {
  let lease: KeptLease | undefined;
  try {
    const client = await etcd();
    const owner = await client.get(key);
    if (owner !== undefined && owner !== holder) return 'taken';
    lease = await client.grant(LEASE_SECONDS);
    if (await client.claim(key, holder, lease)) return lease;
    await lease.revoke();
    return 'taken';
  } catch {
    lease?.release();
    return 'away';
  }
}

/**
 * Keeps the place until the work has ended; then returns the lease that is to be freed, or nothing when somebody else has the place.
 * While etcd is away nobody else can take it, so the work goes on; it is safe to be done twice.
 */
async function holdWhile(working: Promise<void>, first: KeptLease, claim: Claim): Promise<KeptLease | undefined> {
  let lease = first;
  let ended = false;
  void working.then(() => (ended = true));
  for (;;) {
    await Promise.race([lease.lost, working]);
    if (ended) return lease;
    lease.release();
    let next = await claim();
    while (next === 'away') {
      await Promise.race([sleep(REGAIN_MS), working]);
      if (ended) return undefined;
      next = await claim();
    }
    if (next === 'taken') return undefined;
    lease = next;
  }
}

async function run(name: string, work: (signal: AbortSignal) => Promise<void>, stop: AbortSignal): Promise<void> {
  // Unlike a process id it is no other holder's, in whatever container.
  const holder = nanoid();
  const claim: Claim = () => claimOnce(`leases/${name}`, holder);
  while (!stop.aborted) {
    const first = await claim();
    if (first === 'taken' || first === 'away') {
      await nap(WAIT_MS, stop);
      continue;
    }
    const passed = new AbortController();
    const signal = AbortSignal.any([stop, passed.signal]);
    const working = (async () => work(signal))().catch((error: unknown) => log.error({ err: error, lease: name }, 'leased work failed'));
    const last = await holdWhile(working, first, claim);
    passed.abort();
    await working;
    // Only now: until it has ended nobody else should begin.
    await last?.revoke();
    await nap(WAIT_MS, stop);
  }
}

/**
 * Runs `work` in one process at a time across the system; the signal ends it when the lease passes to another. Work that ends or
 * fails by itself starts again a second later, here or elsewhere.
 * Exclusive use is for economy, not for safety: the work itself must be right even if two run for a moment,
 * because a paused process cannot know that its lease has lapsed.
 *
 * @returns a function that ends the work, waits for it, and frees the lease
 */
export function holdLease(name: string, work: (signal: AbortSignal) => Promise<void>): () => Promise<void> {
  const stop = new AbortController();
  const running = run(name, work, stop.signal);
  return async () => {
    stop.abort();
    await running;
  };
}
