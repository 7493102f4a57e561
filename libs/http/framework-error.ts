import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { Exchange, requestIdOf } from './exchange.js';
import { sendFailure } from './handle.js';
import { httpConfig } from './http.config.js';

/** Answers an address that the router cannot even decode; no hook has run for it. */
export function answerFrameworkError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const { TRUSTED_HOPS } = httpConfig();
  const exchange = new Exchange(requestIdOf(request.raw, TRUSTED_HOPS), request.raw, TRUSTED_HOPS);
  sendFailure(error, exchange, reply);
}
