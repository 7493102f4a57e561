import { runtimeConfig } from './runtime.config.js';
import { within } from './within.js';

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

async function reasonOf(check: ReadyCheck): Promise<string[]> {
  try {
    await within(
      CHECK_MS,
      'the check',
      Promise.resolve().then(() => check.check()),
    );
    return [];
  } catch (error) {
    return [`${check.name}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/** Names and reasons of the checks that fail now; empty = ready to serve. */
export async function unreadyReasons(): Promise<string[]> {
  // What a check would ask may be closed already, or not be there yet.
  if (phase !== 'serving') return [`process: ${phase}`];
  return (await Promise.all([...checks.values()].map(reasonOf))).flat();
}

/** The host that others reach this process by. */
export async function advertisedHost(): Promise<string> {
  const { ADVERTISE_HOST, BIND_ADDRESS } = runtimeConfig();
  if (ADVERTISE_HOST !== '') return ADVERTISE_HOST;
  if (BIND_ADDRESS !== '0.0.0.0' && BIND_ADDRESS !== '::') return BIND_ADDRESS;
  return (await import('node:os')).hostname();
}
