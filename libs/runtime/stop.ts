import { setTimeout as sleep } from 'node:timers/promises';
import type { Registration } from './etcd-register.js';
import type { Layer, StartedTransport } from './layer.js';
import { log } from './log.js';
import { disposeResources } from './resource.js';
import { runtimeConfig } from './runtime.config.js';
import { within } from './within.js';

/** RPC first, since workers and APIs of the same process call it; closed in the reverse order. */
export const START_ORDER = ['rpc', 'worker', 'api'] as const;
/** A stop that takes longer than this is cut, in ms. */
export const STOP_MS = 10_000;
/** Of which the shared connections have this much, in ms, however long the layers take to finish. */
const RESOURCES_MS = 1_500;

/** What a process has opened so far; a stop closes exactly that, however far the start came. */
export interface Opened {
  admin?: { port: number; close(): Promise<void> };
  started: Map<Layer['kind'], StartedTransport>;
  registrations: Registration[];
}

/** Callers learn of a withdrawal by their watches; until then they are still served. */
async function leave({ registrations, started }: Opened): Promise<void> {
  await Promise.all(registrations.map((registration) => registration.withdraw()));
  const called = [...started.values()].some((transport) => transport.port !== undefined);
  if (registrations.length > 0 && called) await sleep(runtimeConfig().DRAIN_MS);
}

/** Deregisters, drains and closes. One that cannot be closed is logged and does not stop the others. */
export async function stopAll(opened: Opened): Promise<void> {
  const until = Date.now() + STOP_MS - RESOURCES_MS;
  await leave(opened);
  for (const kind of [...START_ORDER].reverse()) {
    const transport = opened.started.get(kind);
    if (!transport) continue;
    await within(Math.max(0, until - Date.now()), `closing ${kind}`, transport.close()).catch((error: unknown) =>
      log.error({ err: error, kind }, 'could not close the layers of a kind'),
    );
  }
  await disposeResources();
  await opened.admin?.close();
}
