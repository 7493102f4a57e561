import type { RequestContext } from '@doul/runtime';
import type { RequestOf, ResponseOf, RpcDefinition } from './definition.js';

/** What a handler knows of its call beside the request: id, trace, caller, deadline. */
export type RpcContext = RequestContext;

/** What a class must offer to serve a service. */
export type RpcHandlers<D extends RpcDefinition> = {
  [M in keyof D['methods']]: (request: RequestOf<D['methods'][M]>, context: RpcContext) => Promise<ResponseOf<D['methods'][M]>>;
};

export type AnyHandler = (request: unknown, context: RpcContext) => Promise<unknown>;

const local = new Map<string, Record<string, AnyHandler>>();

/** Makes a service callable in process; the returned function ends that. */
export function mountLocal(definition: RpcDefinition, handlers: Record<string, AnyHandler>): () => void {
  local.set(definition.fullName, handlers);
  return () => {
    if (local.get(definition.fullName) === handlers) local.delete(definition.fullName);
  };
}

export const localHandlers = (definition: RpcDefinition): Record<string, AnyHandler> | undefined => local.get(definition.fullName);
