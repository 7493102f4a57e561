import { CommonErrors } from '@doul/contracts';
import { isStopping } from '@doul/runtime';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { corsHeaders, preflightHeaders } from './cors.js';
import type { AnyEndpoint } from './endpoint.js';
import { Exchange, requestIdOf } from './exchange.js';
import { sendFailure } from './handle.js';
import { httpConfig } from './http.config.js';
import { observe } from './observe.js';
import { Places } from './places.js';

declare module 'fastify' {
  interface FastifyRequest {
    exchange: Exchange;
  }
  interface FastifyContextConfig {
    endpoint?: AnyEndpoint;
  }
}

/** An API answers data: nothing of it is a page, is framed, or runs. */
const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
};

const carriesBody = (headers: IncomingHttpHeaders): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** A POST without a body, or with a blank content type, is normal: nothing is to be parsed then. */
function mendContentType(headers: IncomingHttpHeaders): void {
  if (!carriesBody(headers) || headers['content-type']?.trim() === '') delete headers['content-type'];
}

/** What happens to every request before its route: one synchronous hook. */
export function addHooks(server: FastifyInstance): void {
  const places = new Places();
  const hops = httpConfig().TRUSTED_HOPS;
  server.decorateRequest('exchange');
  server.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done) => {
    const { headers } = request;
    const exchange = (request.exchange = new Exchange(requestIdOf(request.raw, hops), request.raw, hops));
    exchange.endpoint = request.routeOptions.config.endpoint;
    reply.header('x-request-id', exchange.requestId).headers(SECURITY_HEADERS).headers(corsHeaders(headers.origin));
    if (isStopping()) reply.header('connection', 'close');
    observe(exchange, request, reply);
    if (request.method === 'OPTIONS') return void reply.code(204).headers(preflightHeaders(headers)).send();
    if (exchange.endpoint) {
      const place = places.take(exchange.endpoint);
      if (!place) return sendFailure(CommonErrors.UNAVAILABLE(), exchange, reply);
      exchange.leave = () => places.giveBack(place);
    }
    mendContentType(headers);
    return done();
  });
}
