import { runtimeConfig } from './runtime.config.js';

export interface ReadyCheck {
  name: string;
  /** Rejects while the process should get no traffic. */
  check(): Promise<void>;
}

const checks = new Map<string, ReadyCheck>();
let phase: 'starting' | 'serving' | 'stopping' = 'starting';

/** Adds a condition for readiness; a second check of one name replaces the first. */
export const addReadyCheck = (check: ReadyCheck): void => void checks.set(check.name, check);

export const setPhase = (next: typeof phase): void => void (phase = next);

/** Whether the process is on its way out: answers should close their connections. */
export const isStopping = (): boolean => phase === 'stopping';

/** How long one readiness check may take, in ms. */
const CHECK_MS = 2_000;

function within(ms: number, name: string, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${name} did not answer in ${ms} ms`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Names and reasons of the checks that fail now; empty = ready to serve. */
export async function unreadyReasons(): Promise<string[]> {
  const results = await Promise.allSettled([...checks.values()].map((check) => within(CHECK_MS, check.name, check.check())));
  const failed = results.flatMap((result, at) =>
    result.status === 'rejected' ? [`${[...checks.keys()][at] ?? '?'}: ${String((result.reason as Error).message)}`] : [],
  );
  return phase === 'serving' ? failed : [`process: ${phase}`, ...failed];
}

/** The host that others reach this process by. */
export async function advertisedHost(): Promise<string> {
  const { ADVERTISE_HOST, BIND_ADDRESS } = runtimeConfig();
  if (ADVERTISE_HOST !== '') return ADVERTISE_HOST;
  if (BIND_ADDRESS !== '0.0.0.0' && BIND_ADDRESS !== '::') return BIND_ADDRESS;
  return (await import('node:os')).hostname();
}
