import { DoulError } from '@doul/contracts';
import { childLog, metrics, runInContext, type RequestContext } from '@doul/runtime';
import type { Metadata, ServerUnaryCall } from '@grpc/grpc-js';
import { Controller, type Type } from '@nestjs/common';
import { GrpcMethod, RpcException } from '@nestjs/microservices';
import { admitted } from './admission.js';
import { fromMetadata } from './context-metadata.js';
import type { RpcDefinition } from './definition.js';
import type { AnyHandler, RpcHandlers } from './handlers.js';
import { toWire } from './wire-error.js';

const log = childLog('rpc');
const definitions = new WeakMap<object, RpcDefinition>();

/** The service that a controller class serves. */
export const definitionOf = (controller: object): RpcDefinition | undefined => definitions.get(controller);

const duration = metrics.histogram('doul_rpc_server_seconds', 'Time an RPC handler takes', ['method', 'outcome']);

/** Runs a handler inside its request's context, with its time measured and unexpected errors logged once. */
export async function runHandler(path: string, handler: AnyHandler, request: unknown, context: RequestContext): Promise<unknown> {
  const end = duration.startTimer({ method: path });
  try {
    const answer = await runInContext(context, () => handler(request, context));
    end({ outcome: 'ok' });
    return answer;
  } catch (error) {
    end({ outcome: error instanceof DoulError ? error.name : 'INTERNAL' });
    if (!(error instanceof DoulError))
      runInContext(context, () => log.error({ err: error, method: path }, 'unexpected error in an RPC handler'));
    throw error;
  }
}

/** Where the plain method of a controller is kept for calls in process. */
const plain = Symbol('plain');

type GrpcHandler = (this: unknown, request: unknown, metadata: Metadata, call: ServerUnaryCall<unknown, unknown>) => Promise<unknown>;

function overGrpc(path: string, method: AnyHandler): GrpcHandler {
  const handle: GrpcHandler = async function (request, metadata, call) {
    const context = fromMetadata(metadata, call.getDeadline());
    try {
      return await admitted(() => runHandler(path, method.bind(this), request, context));
    } catch (error) {
      throw new RpcException(toWire(error));
    }
  };
  return Object.assign(handle, { [plain]: method });
}

/** The handlers of an instance as calls in process take them: same context, same errors, no wire. */
export function handlersOf(
  definition: RpcDefinition,
  instance: Record<string, GrpcHandler & { [plain]: AnyHandler }>,
): Record<string, AnyHandler> {
  return Object.fromEntries(
    Object.keys(definition.methods).map((key) => {
      const method = instance[key]?.[plain];
      if (!method) throw new Error(`${definition.fullName}: ${key} is not implemented`);
      const bound = method.bind(instance);
      return [key, (request: unknown, context: RequestContext) => runHandler(`${definition.fullName}/${key}`, bound, request, context)];
    }),
  );
}

/**
 * Makes a class the server of a service: each of its methods answers over gRPC and in process alike.
 * The compiler holds the class to `RpcHandlers` of the same definition.
 */
export function RpcController<D extends RpcDefinition>(definition: D) {
  return (target: Type<RpcHandlers<D>>): void => {
    const prototype = target.prototype as Record<string, unknown>;
    for (const [key, method] of Object.entries(definition.methods)) {
      const handler = prototype[key] as AnyHandler | undefined;
      if (!handler) throw new Error(`${target.name} lacks ${definition.fullName}/${method.name}`);
      const wrapped = overGrpc(`${definition.fullName}/${key}`, handler);
      const descriptor = { value: wrapped, writable: true, configurable: true, enumerable: false };
      Object.defineProperty(prototype, key, descriptor);
      GrpcMethod(definition.fullName, key)(prototype, key, descriptor);
    }
    definitions.set(target, definition);
    Controller()(target);
  };
}
