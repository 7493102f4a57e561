import { metrics } from '@doul/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { logAccess } from './access-log.js';
import type { Exchange } from './exchange.js';

const seconds = metrics.histogram('doul_http_seconds', 'Time from the request to the end of its answer', ['route']);
const answers = metrics.counter('doul_http_requests_total', 'Answers by route, HTTP status and status_code', ['route', 'status', 'code']);
const inFlight = metrics.gauge('doul_http_in_flight', 'Requests being answered');

/** Routes whose every call is not worth a line. */
const QUIET = new Set(['/healthz', '/readyz']);

function ended(exchange: Exchange, request: FastifyRequest, { raw }: FastifyReply): void {
  inFlight.dec();
  exchange.close();
  const ms = performance.now() - exchange.startedAt;
  // Unknown paths share one label: a scanner must not fill the metrics.
  const route = exchange.endpoint?.path ?? (request.is404 ? 'unknown' : (request.routeOptions.url ?? 'unknown'));
  if (QUIET.has(route)) return;
  const { requestId, viewerId: user, statusCode, calls } = exchange;
  const status = raw.statusCode;
  seconds.observe({ route }, ms / 1000);
  answers.inc({ route, status, code: statusCode });
  logAccess({ requestId, method: request.method, route, user, status, statusCode, ms, calls, aborted: !raw.writableFinished });
}

/** Notes a request's end, whether it was answered or its client left: one log line, metrics by route. */
export function observe(exchange: Exchange, request: FastifyRequest, reply: FastifyReply): void {
  inFlight.inc();
  reply.raw.on('close', () => ended(exchange, request, reply));
}
