import { currentContext, newContext } from '@doul/runtime';
import type { RpcClient } from './client.js';
import { handlersOf } from './controller.js';
import type { RpcDefinition } from './definition.js';
import type { RpcHandlers } from './handlers.js';

/** A client of one controller object, without a server: for specs that run several instances of a service side by side. */
export function instanceClient<D extends RpcDefinition>(definition: D, instance: RpcHandlers<D>): RpcClient<D> {
  const handlers = handlersOf(definition, instance as unknown as Parameters<typeof handlersOf>[1]);
  const calls = Object.entries(handlers).map(([key, handler]) => [
    key,
    (request: unknown) => handler(request, currentContext() ?? newContext('spec')),
  ]);
  return Object.fromEntries(calls) as RpcClient<D>;
}
