import { runInContext } from '@doul/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { giveBack } from './answer-buffers.js';
import { JSON_TYPE, RawAnswer, serializerOf } from './answer.js';
import { authenticate } from './authenticate.js';
import type { Call } from './call.js';
import type { AnyEndpoint } from './endpoint.js';
import type { Exchange } from './exchange.js';
import { EventStream } from './event-stream.js';
import { failureOf, toDoulError } from './failure.js';
import { limitCall, type Account } from './limits.js';
import { inputReader } from './read.js';
import { receiveForm } from './receive-form.js';
import { sourcesOf } from './sources.js';

/** Tests read from this header what a request cost; nobody else gets it. */
const tellsCalls = process.env['NODE_ENV'] === 'test';

/** A handler as a controller has it. */
export type Handler = (this: object, input: unknown, call: Call) => Promise<object> | object;

/** Writes a failed answer. */
export function sendFailure(error: unknown, exchange: Exchange, reply: FastifyReply): void {
  const failure = failureOf(
    runInContext(exchange, () => toDoulError(error)),
    exchange,
  );
  exchange.statusCode = failure.code;
  if (failure.retryAfter !== undefined) reply.header('retry-after', failure.retryAfter);
  reply.code(failure.http).header('content-type', JSON_TYPE).send(failure.body);
}

/** Who a limit per account counts for: the caller, or whom an anonymous caller says to be. */
function accountOf({ viewerId }: Exchange, { username }: Record<string, unknown>): Account {
  if (viewerId > 0) return viewerId;
  return typeof username === 'string' ? username : undefined;
}

/**
 * The way of a request through an endpoint. Everything up to the handler is synchronous when the endpoint has no rate limit,
 * so that questions of requests that arrive together leave together.
 */
export function answering(
  endpoint: AnyEndpoint,
  handler: Handler,
): (controller: object, request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  const serialize = serializerOf(endpoint);
  const read = inputReader(endpoint.params);

  const send = (answer: object, exchange: Exchange, reply: FastifyReply): void => {
    if (tellsCalls) reply.header('x-doul-calls', JSON.stringify(exchange.calls));
    if (answer === EventStream.OVER) {
      reply.code(204).send();
    } else if (answer instanceof EventStream) {
      reply.headers(EventStream.HEADERS).send(answer.body());
    } else if (answer instanceof RawAnswer) {
      const { body, headers, isReusable } = answer;
      reply.header('content-type', JSON_TYPE);
      if (headers) reply.headers(headers);
      // Emitted when the last byte is with the operating system, or the connection is gone.
      if (isReusable && Buffer.isBuffer(body)) reply.raw.once('close', () => giveBack(body));
      reply.send(body);
    } else reply.header('content-type', JSON_TYPE).send(serialize(answer, exchange.language));
  };

  const start = (controller: object, request: FastifyRequest): Promise<object> | object => {
    const { exchange } = request;
    const run = (input: unknown): Promise<object> | object => runInContext(exchange, () => handler.call(controller, input, exchange));
    if (endpoint.upload) return run(receiveForm(endpoint, endpoint.upload, request));
    const sources = sourcesOf(request);
    authenticate(endpoint.auth, request.headers.authorization, sources, exchange);
    const input = read(sources);
    if (!endpoint.limit) return run(input);
    return limitCall(endpoint.limit, exchange, accountOf(exchange, input)).then(() => run(input));
  };

  return async (controller, request, reply) => {
    const { exchange } = request;
    exchange.begin();
    try {
      send(await start(controller, request), exchange, reply);
    } catch (error) {
      sendFailure(error, exchange, reply);
    } finally {
      exchange.finish();
    }
  };
}
