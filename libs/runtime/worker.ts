import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Layer, Transport } from './layer.js';
import { NestLog } from './log.js';

/** Workers have no port: one application context whose providers start and stop with the module's lifecycle. */
const workerTransport: Transport = {
  async start(layers) {
    @Module({ imports: layers.map((layer) => layer.module) })
    class WorkerModule {}
    const app = await NestFactory.createApplicationContext(WorkerModule, { logger: new NestLog(), abortOnError: false });
    return { close: () => app.close() };
  },
};

/** Declares the worker layer of a service. */
export const workerLayer = (module: Layer['module'], { service }: { service: string }): Layer => ({
  name: `${service}-worker`,
  service,
  kind: 'worker',
  module,
  transport: workerTransport,
});
