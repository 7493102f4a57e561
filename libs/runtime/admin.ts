import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { unreadyReasons } from './health.js';
import { log } from './log.js';
import { METRICS_CONTENT_TYPE, metricsText } from './metrics.js';
import { runtimeConfig } from './runtime.config.js';

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { 'content-type': contentType }).end(body);
}

async function answer(path: string, response: ServerResponse): Promise<void> {
  if (path === '/healthz') return send(response, 200, 'text/plain', 'ok\n');
  if (path === '/metrics') return send(response, 200, METRICS_CONTENT_TYPE, await metricsText());
  if (path !== '/readyz') return send(response, 404, 'text/plain', 'not found\n');
  const reasons = await unreadyReasons();
  return send(response, reasons.length === 0 ? 200 : 503, 'text/plain', reasons.length === 0 ? 'ok\n' : `${reasons.join('\n')}\n`);
}

/** The private port of a process: Prometheus metrics, liveness and readiness. */
export async function startAdmin(): Promise<{ port: number; close(): Promise<void> }> {
  const server: Server = createServer((request, response) => {
    answer((request.url ?? '/').split('?')[0] ?? '/', response).catch((error: unknown) => {
      log.warn({ err: error }, 'the admin port could not answer');
      if (response.headersSent) response.destroy();
      else send(response, 500, 'text/plain', 'error\n');
    });
  });
  const { ADMIN_PORT, BIND_ADDRESS } = runtimeConfig();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(ADMIN_PORT, BIND_ADDRESS, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
