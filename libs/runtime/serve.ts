import type { Type } from '@nestjs/common';
import { nanoid } from 'nanoid';
import { setTimeout as sleep } from 'node:timers/promises';
import 'reflect-metadata';
import { startAdmin } from './admin.js';
import { validateConfig } from './config.js';
import { register, type Registration } from './etcd-lease.js';
import { advertisedHost, setPhase, unreadyReasons } from './health.js';
import { log } from './log.js';
import { collectProcessMetrics } from './metrics.js';
import { disposeResources } from './resource.js';
import { runtimeConfig } from './runtime.config.js';

/** One layer of a service, as it is named in SERVICES: `video-api`, `video-rpc`, `video-worker`. */
export interface Layer {
  name: string;
  service: string;
  kind: 'api' | 'rpc' | 'worker';
  module: Type<unknown>;
  /** Path prefixes that the gateway sends to this layer. */
  prefixes?: readonly string[];
  transport: Transport;
}

/** How the layers of one kind meet the outside. All layers of a kind in a process share one. */
export interface Transport {
  start(layers: readonly Layer[]): Promise<StartedTransport>;
}

export interface StartedTransport {
  /** The port that others are told of; a worker has none. */
  port?: number;
  /** Finishes what is under way and closes. */
  close(): Promise<void>;
}

export interface Running {
  ports: { api?: number; rpc?: number; admin: number };
  stop(): Promise<void>;
}

/** RPC first, since workers and APIs of the same process call it. */
const START_ORDER = ['rpc', 'worker', 'api'] as const;
/** A stop that takes longer than this is cut, in ms. */
const STOP_MS = 10_000;

type Started = Map<Layer['kind'], StartedTransport>;

async function startKinds(layers: readonly Layer[]): Promise<Started> {
  const started: Started = new Map();
  for (const kind of START_ORDER) {
    const ofKind = layers.filter((layer) => layer.kind === kind);
    const first = ofKind[0];
    if (first) started.set(kind, await first.transport.start(ofKind));
  }
  return started;
}

async function waitReady(): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const reasons = await unreadyReasons();
    if (reasons.length === 0) return;
    if (tries % 20 === 10) log.warn({ reasons }, 'not ready yet');
    await sleep(100);
  }
}

async function registerLayers(layers: readonly Layer[], started: Started, adminPort: number): Promise<Registration[]> {
  const host = await advertisedHost();
  const instance = nanoid(10);
  return layers.map((layer) => {
    const port = started.get(layer.kind)?.port ?? 0;
    const value = { address: host, port, admin: adminPort, pid: process.pid, ...(layer.prefixes ? { prefixes: layer.prefixes } : {}) };
    return register(`services/${layer.service}.${layer.kind}/${instance}`, JSON.stringify(value));
  });
}

async function stopAll(registrations: Registration[], started: Started, closeAdmin: () => Promise<void>): Promise<void> {
  setPhase('stopping');
  await Promise.all(registrations.map((registration) => registration.withdraw()));
  // Callers learn of the withdrawal by their watches; until then they are still served.
  await sleep(runtimeConfig().DRAIN_MS);
  for (const kind of [...START_ORDER].reverse()) await started.get(kind)?.close();
  await disposeResources();
  await closeAdmin();
}

/**
 * Runs layers in this process until it is told to stop: checks the configuration, starts the layers, waits until they
 * are ready, and announces them in etcd. SIGTERM and SIGINT deregister, drain and close within 10 s.
 *
 * @throws ConfigError with every problem of the configuration
 */
export async function serve(...layers: Layer[]): Promise<Running> {
  const before = Date.now();
  validateConfig();
  collectProcessMetrics();
  const admin = await startAdmin();
  const started = await startKinds(layers);
  setPhase('serving');
  const registrations: Registration[] = [];
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= stopAll(registrations, started, () => admin.close()));
  stopOnSignals(stop);
  await waitReady();
  if (!stopping) registrations.push(...(await registerLayers(layers, started, admin.port)));
  const api = started.get('api')?.port;
  const rpc = started.get('rpc')?.port;
  const ports = { admin: admin.port, ...(api === undefined ? {} : { api }), ...(rpc === undefined ? {} : { rpc }) };
  log.info({ layers: layers.map((layer) => layer.name), ports, ms: Date.now() - before }, 'serving');
  return { ports, stop };
}

function stopOnSignals(stop: () => Promise<void>): void {
  const end = (signal: string): void => {
    log.info({ signal }, 'stopping');
    setTimeout(() => {
      log.error('the stop took too long and was cut');
      process.exit(1);
    }, STOP_MS).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'the stop failed');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
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
