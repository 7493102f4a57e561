import { Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RawAnswer } from './answer.js';
import type { Call } from './call.js';
import type { EventStream } from './event-stream.js';
import type { AnswerOf, AnyEndpoint, InputOf } from './endpoint.js';
import { answering, type Handler } from './handle.js';

/** A controller's method for an endpoint. */
export type EndpointMethod<E> = (
  input: InputOf<E>,
  call: Call,
) => Promise<AnswerOf<E> | RawAnswer | EventStream> | AnswerOf<E> | RawAnswer | EventStream;

const declared = new Map<string, AnyEndpoint>();

/** Every endpoint of the loaded controllers, by path. */
export const declaredEndpoints = (): AnyEndpoint[] => [...declared.values()].sort((a, b) => a.path.localeCompare(b.path));

/** Methods that a path takes; empty for an unknown path. With or without its trailing slash. */
export function methodsOf(path: string): string[] {
  const bare = path.replace(/\/$/, '');
  return declaredEndpoints()
    .filter((endpoint) => endpoint.path.replace(/\/$/, '') === bare)
    .map((endpoint) => endpoint.method);
}

/**
 * Makes a method of an ordinary Nest controller answer an endpoint: it gets the validated input and the call, and returns the
 * answer's fields, or throws a DoulError.
 */
export function Endpoint<E extends AnyEndpoint>(endpoint: E) {
  const id = `${endpoint.method} ${endpoint.path}`;
  return <T extends EndpointMethod<E>>(target: object, key: string, descriptor: TypedPropertyDescriptor<T>): void => {
    const method = descriptor.value as Handler | undefined;
    if (!method) throw new Error(`${id}: @Endpoint stands on a method`);
    if (declared.has(id) && declared.get(id) !== endpoint) throw new Error(`${id} is declared twice`);
    declared.set(id, endpoint);
    const answer = answering(endpoint, method);
    const replaced = function (this: object, request: FastifyRequest, reply: FastifyReply): Promise<void> {
      return answer(this, request, reply);
    };
    Object.defineProperty(replaced, 'name', { value: key });
    descriptor.value = replaced as unknown as T;
    const route = endpoint.method === 'GET' ? Get(endpoint.path) : Post(endpoint.path);
    route(target, key, descriptor);
    // Nest answers a POST with 201 otherwise.
    HttpCode(200)(target, key, descriptor);
    RouteConfig({ endpoint })(target, key, descriptor);
    Req()(target, key, 0);
    Res()(target, key, 1);
  };
}
