import { nanoid } from 'nanoid';
import 'reflect-metadata';
import { startAdmin } from './admin.js';
import { validateConfig } from './config.js';
import { register } from './etcd-register.js';
import { advertisedHost, setPhase, unreadyReasons } from './health.js';
import type { Layer, Running } from './layer.js';
import { log } from './log.js';
import { collectProcessMetrics } from './metrics.js';
import { nap } from './nap.js';
import { stopOnSignals } from './signals.js';
import { START_ORDER, STOP_MS, stopAll, type Opened } from './stop.js';
import { within } from './within.js';

async function waitReady(signal: AbortSignal): Promise<void> {
  for (let tries = 0; !signal.aborted; tries += 1) {
    const reasons = await unreadyReasons();
    if (reasons.length === 0) return;
    if (tries % 20 === 10) log.warn({ reasons }, 'not ready yet');
    await nap(100, signal);
  }
}

async function registerLayers(layers: readonly Layer[], opened: Opened): Promise<void> {
  const address = await advertisedHost();
  const instance = nanoid(10);
  opened.registrations = layers.map((layer) => {
    const port = opened.started.get(layer.kind)?.port ?? 0;
    const value = { address, port, admin: opened.admin?.port, pid: process.pid, ...(layer.prefixes ? { prefixes: layer.prefixes } : {}) };
    return register(`services/${layer.service}.${layer.kind}/${instance}`, JSON.stringify(value));
  });
}

/** Opens everything, noting each step in `opened`; returns early when the process is told to stop meanwhile. */
async function boot(layers: readonly Layer[], opened: Opened, signal: AbortSignal): Promise<void> {
  opened.admin = await startAdmin();
  for (const kind of START_ORDER) {
    const ofKind = layers.filter((layer) => layer.kind === kind);
    const first = ofKind[0];
    if (first && !signal.aborted) opened.started.set(kind, await first.transport.start(ofKind));
  }
  if (signal.aborted) return;
  setPhase('serving');
  await waitReady(signal);
  if (!signal.aborted) await registerLayers(layers, opened);
}

function portsOf({ admin, started }: Opened): Running['ports'] {
  const api = started.get('api')?.port;
  const rpc = started.get('rpc')?.port;
  return { admin: admin?.port ?? 0, ...(api === undefined ? {} : { api }), ...(rpc === undefined ? {} : { rpc }) };
}

/**
 * Runs layers in this process until it is told to stop: checks the configuration, starts the layers, waits until they
 * are ready, and announces them in etcd. SIGTERM and SIGINT deregister, drain and close within 10 s, during the start too.
 * A start that fails closes what it had opened.
 *
 * @throws ConfigError with every problem of the configuration
 * @throws what kept a layer from starting
 */
export async function serve(...layers: Layer[]): Promise<Running> {
  const before = Date.now();
  validateConfig();
  collectProcessMetrics();
  setPhase('starting');
  const opened: Opened = { started: new Map(), registrations: [] };
  const ending = new AbortController();
  const booting = boot(layers, opened, ending.signal);
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    ending.abort();
    setPhase('stopping');
    return (stopping ??= booting.catch(() => undefined).then(() => stopAll(opened)));
  };
  const ignoreSignals = stopOnSignals(stop);
  try {
    await booting;
  } catch (error) {
    await within(STOP_MS, 'closing', stop()).catch((failure: unknown) => log.warn({ err: failure }, 'could not close'));
    ignoreSignals();
    throw error;
  }
  const ports = portsOf(opened);
  if (!ending.signal.aborted) log.info({ layers: layers.map((layer) => layer.name), ports, ms: Date.now() - before }, 'serving');
  return { ports, stop: () => stop().finally(ignoreSignals) };
}

/** The main of a process: like `serve`, but a failed boot is one readable line and exit code 1. */
export function main(...layers: Layer[]): void {
  process.on('unhandledRejection', (error) => {
    log.fatal({ err: error }, 'unhandled rejection');
    process.exit(1);
  });
  serve(...layers).catch((error: unknown) => {
    log.fatal({ err: error }, error instanceof Error ? error.message : 'could not start');
    process.exit(1);
  });
}
