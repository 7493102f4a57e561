import type { Type } from '@nestjs/common';

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
