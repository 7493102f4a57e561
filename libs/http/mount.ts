import { DiscoveryService } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { endpointsOf } from './decorator.js';
import { answering } from './handle.js';

/**
 * Gives the endpoints of the application's controllers to Fastify. Nest's own router would put its guards, pipes, interceptors and filters
 * around each, none of which has anything to do here: an endpoint says who may call, what it takes and what it answers.
 */
export function mountEndpoints(app: NestFastifyApplication): void {
  const server = app.getHttpAdapter().getInstance();
  for (const { instance } of app.get(DiscoveryService).getControllers()) {
    const controller = instance as object;
    for (const { endpoint, handler } of endpointsOf(controller)) {
      const answer = answering(endpoint, handler);
      server.route({
        method: endpoint.method,
        url: endpoint.path,
        config: { endpoint },
        handler: (request, reply) => answer(controller, request, reply),
      });
    }
  }
}
