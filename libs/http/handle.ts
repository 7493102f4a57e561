import type { FastifyReply, FastifyRequest } from 'fastify';
import { RawAnswer, serializerOf } from './answer.js';
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
import { addCommonHeaders, writeAnswer } from './write-answer.js';

/** Tests read from this header what a request cost; nobody else gets it. */
const tellsCalls = process.env['NODE_ENV'] === 'test';

/** A handler as a controller has it. */
export type Handler = (this: object, input: unknown, call: Call) => Promise<object> | object;

/** Writes a failed answer. @param more further headers: names and values in turn */
export function sendFailure(error: unknown, exchange: Exchange, reply: FastifyReply, more: readonly string[] = []): void {
  const failure = failureOf(toDoulError(error, exchange), exchange);
  exchange.statusCode = failure.code;
  const headers = failure.retryAfter === undefined ? more : [...more, 'retry-after', String(failure.retryAfter)];
  writeAnswer(exchange, reply, { http: failure.http, body: failure.body, headers });
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
): (controller: object, request: FastifyRequest, reply: FastifyReply) => void {
  const serialize = serializerOf(endpoint);
  const read = inputReader(endpoint.params);

  const send = (answer: object, exchange: Exchange, reply: FastifyReply): void => {
    const calls = tellsCalls ? ['x-doul-calls', JSON.stringify(exchange.calls)] : [];
    if (answer === EventStream.OVER) {
      addCommonHeaders(exchange, reply);
      reply.code(204).send();
    } else if (answer instanceof EventStream) {
      addCommonHeaders(exchange, reply);
      reply.headers(EventStream.HEADERS).send(answer.body());
    } else if (answer instanceof RawAnswer) {
      const { body, type, headers, isReusable } = answer;
      if (isReusable && Buffer.isBuffer(body)) exchange.body = body;
      writeAnswer(exchange, reply, { http: 200, body, type, headers: [...headers, ...calls] });
    } else writeAnswer(exchange, reply, { http: 200, body: serialize(answer, exchange.language), headers: calls });
  };

  const start = (controller: object, request: FastifyRequest): Promise<object> | object => {
    const { exchange } = request;
    const run = (input: unknown): Promise<object> | object => handler.call(controller, input, exchange);
    if (endpoint.upload) return run(receiveForm(endpoint, endpoint.upload, request));
    const sources = sourcesOf(request);
    authenticate(endpoint.auth, request.headers.authorization, sources, exchange);
    const input = read(sources);
    if (!endpoint.limit) return run(input);
    return limitCall(endpoint.limit, exchange, accountOf(exchange, input)).then(() => run(input));
  };

  return (controller, request, reply) => {
    const { exchange } = request;
    const failed = (error: unknown): void => {
      try {
        sendFailure(error, exchange, reply);
      } finally {
        exchange.finish();
      }
    };
    const answered = (answer: object): void => {
      try {
        send(answer, exchange, reply);
      } catch (error) {
        return failed(error);
      }
      return exchange.finish();
    };
    exchange.begin();
    try {
      const answer = start(controller, request);
      if (answer instanceof Promise) answer.then(answered, failed);
      else answered(answer);
    } catch (error) {
      failed(error);
    }
  };
}
