import type { RawAnswer } from './answer.js';
import type { Call } from './call.js';
import type { AnswerOf, AnyEndpoint, InputOf } from './endpoint.js';
import type { EventStream } from './event-stream.js';
import type { Handler } from './handle.js';

/** A controller's method for an endpoint. */
export type EndpointMethod<E> = (
  input: InputOf<E>,
  call: Call,
) => Promise<AnswerOf<E> | RawAnswer | EventStream> | AnswerOf<E> | RawAnswer | EventStream;

/** An endpoint and the method that answers it. */
interface Declaration {
  readonly endpoint: AnyEndpoint;
  /** The prototype of the controller's class. */
  readonly target: object;
  readonly handler: Handler;
}

const declared = new Map<string, Declaration>();

/** Every endpoint of the loaded controllers, by path. */
export const declaredEndpoints = (): AnyEndpoint[] =>
  [...declared.values()].map(({ endpoint }) => endpoint).sort((a, b) => a.path.localeCompare(b.path));

/** The endpoints that this controller answers. */
export const endpointsOf = (controller: object): Declaration[] =>
  [...declared.values()].filter(({ target }) => Object.prototype.isPrototypeOf.call(target, controller));

/** Methods that a path takes; empty for an unknown path. With or without its trailing slash. */
export function methodsOf(path: string): string[] {
  const bare = path.replace(/\/$/, '');
  return declaredEndpoints()
    .filter((endpoint) => endpoint.path.replace(/\/$/, '') === bare)
    .map((endpoint) => endpoint.method);
}

/**
 * Makes a method of a Nest controller answer an endpoint: it gets the validated input and the call, and returns the
 * answer's fields, or throws a DoulError.
 */
export function Endpoint<E extends AnyEndpoint>(endpoint: E) {
  const id = `${endpoint.method} ${endpoint.path}`;
  return <T extends EndpointMethod<E>>(target: object, _key: string, { value }: TypedPropertyDescriptor<T>): void => {
    if (!value) throw new Error(`${id}: @Endpoint stands on a method`);
    if (declared.has(id)) throw new Error(`${id} is declared twice`);
    declared.set(id, { endpoint, target, handler: value as unknown as Handler });
  };
}
