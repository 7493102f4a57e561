import { NestLog, runtimeConfig, unreadyReasons, type Layer, type Transport } from '@doul/runtime';
import { Module } from '@nestjs/common';
import { DiscoveryModule, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { AddressInfo } from 'node:net';
import { addBodyParsers, MAX_BODY_BYTES } from './bodies.js';
import { answerClientError } from './client-error.js';
import { serveDocs } from './docs.js';
import { FailureFilter } from './failure-filter.js';
import { answerFrameworkError } from './framework-error.js';
import { addHooks } from './hooks.js';
import { httpConfig } from './http.config.js';
import { mountEndpoints } from './mount.js';
import { watchRevocations } from './revocations.js';
import { reportUses } from './session-uses.js';

/** Longer than nginx keeps its idle connections (60 s), so that it is never the server that closes one just taken for a request. */
const KEEP_ALIVE_MS = 75_000;
/** How long a client may take to send its headers, in ms. */
const HEADERS_MS = 10_000;
/** How long a whole request may take to arrive, in ms: a large upload on a slow line. */
const REQUEST_MS = 30 * 60_000;

function newAdapter(): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: MAX_BODY_BYTES,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: REQUEST_MS,
    http: { headersTimeout: HEADERS_MS },
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { ignoreTrailingSlash: true, caseSensitive: true },
    clientErrorHandler: answerClientError,
    frameworkErrors: answerFrameworkError,
    skipMiddie: true,
  });
}

function serveHealth(app: NestFastifyApplication): void {
  const server = app.getHttpAdapter().getInstance();
  server.get('/healthz', (_request, reply) => reply.send('ok\n'));
  server.get('/readyz', async (_request, reply) => {
    const reasons = await unreadyReasons();
    return reply.code(reasons.length === 0 ? 200 : 503).send(reasons.length === 0 ? 'ok\n' : 'not ready\n');
  });
}

/** Builds the application for the API layers of this process, without listening yet. */
export async function buildApi(layers: readonly Pick<Layer, 'module'>[]): Promise<NestFastifyApplication> {
  @Module({ imports: [DiscoveryModule, ...layers.map((layer) => layer.module)] })
  class ApiModule {}
  const app = await NestFactory.create<NestFastifyApplication>(ApiModule, newAdapter(), {
    logger: new NestLog(),
    bodyParser: false,
    abortOnError: false,
  });
  const server = app.getHttpAdapter().getInstance();
  addHooks(server);
  addBodyParsers(server);
  mountEndpoints(app);
  serveHealth(app);
  serveDocs(app);
  app.useGlobalFilters(new FailureFilter());
  await app.init();
  return app;
}

const transport: Transport = {
  async start(layers) {
    const app = await buildApi(layers);
    const stopWatching = watchRevocations();
    const stopReporting = reportUses();
    await app.listen(httpConfig().HTTP_PORT, runtimeConfig().BIND_ADDRESS);
    const { port } = app.getHttpServer().address() as AddressInfo;
    return {
      port,
      async close() {
        stopWatching();
        await app.close();
        await stopReporting();
      },
    };
  },
};

/** Declares the API layer of a service. `prefixes` are the paths that the gateway sends to it. */
export const apiLayer = (module: Layer['module'], { service, prefixes }: { service: string; prefixes: readonly string[] }): Layer => ({
  name: `${service}-api`,
  service,
  kind: 'api',
  module,
  prefixes,
  transport,
});
