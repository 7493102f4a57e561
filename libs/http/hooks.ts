import { CommonErrors } from '@doul/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { preflightHeaders } from './cors.js';
import type { AnyEndpoint } from './endpoint.js';
import { Exchange, requestIdOf } from './exchange.js';
import { sendFailure } from './handle.js';
import { httpConfig } from './http.config.js';
import { observe } from './observe.js';
import { Places } from './places.js';
import { addCommonHeaders } from './write-answer.js';

declare module 'fastify' {
  interface FastifyRequest {
    exchange: Exchange;
  }
  interface FastifyContextConfig {
    endpoint?: AnyEndpoint;
  }
}

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
    observe(exchange, request, reply);
    if (!exchange.endpoint) addCommonHeaders(exchange, reply);
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
