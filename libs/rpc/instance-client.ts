import { currentContext, newContext } from '@doul/runtime';
import type { CallOptions } from './call.js';
import { clientOver, type RpcClient } from './client.js';
import { newBatcher } from './ask.js';
import { handlersOf } from './controller.js';
import type { RpcDefinition } from './definition.js';
import type { RpcHandlers } from './handlers.js';

/** A client of one controller object, without a server: for specs that run several instances of a service side by side. */
export function instanceClient<D extends RpcDefinition>(definition: D, instance: RpcHandlers<D>): RpcClient<D> {
  const handlers = handlersOf(definition, instance as unknown as Parameters<typeof handlersOf>[1]);
  const callOf =
    (key: string) =>
    async (request: unknown, { context = currentContext() }: CallOptions = {}) =>
      handlers[key]?.(request, context ?? newContext('spec'));
  return clientOver(definition, callOf, newBatcher);
}
