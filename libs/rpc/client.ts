import { CommonErrors, DoulError } from '@doul/contracts';
import { countCall, currentContext, metrics, newContext } from '@doul/runtime';
import type { ServiceError } from '@grpc/grpc-js';
import { nanoid } from 'nanoid';
import { channels } from './channels.js';
import { toMetadata } from './context-metadata.js';
import {
  grpcMethod,
  isRetryable,
  requestType,
  responseType,
  serviceOf,
  type RequestOf,
  type ResponseOf,
  type RpcDefinition,
  type RpcMethod,
} from './definition.js';
import { localHandlers, type AnyHandler } from './handlers.js';
import { rpcConfig } from './rpc.config.js';
import { fromWire, neverArrived } from './wire-error.js';

export interface CallOptions {
  /** How long the caller waits, in ms; default RPC_DEADLINE_MS, and never past the deadline of the request being served. */
  deadlineMs?: number;
}

/** A service's methods as promises. The same type and the same errors whether the service runs here or elsewhere. */
export type RpcClient<D extends RpcDefinition> = {
  [M in keyof D['methods']]: (request: RequestOf<D['methods'][M]>, options?: CallOptions) => Promise<ResponseOf<D['methods'][M]>>;
};

/** Tries of a call that may be sent again; a rolling restart costs one. */
const MAX_TRIES = 3;

const duration = metrics.histogram('doul_rpc_client_seconds', 'Time an RPC takes its caller, retries included', ['method', 'outcome']);

interface Call {
  definition: RpcDefinition;
  method: RpcMethod;
  key: string;
  /** Unix ms. */
  until: number;
}

async function callLocal(call: Call, handler: AnyHandler, request: unknown): Promise<unknown> {
  const context = { ...(currentContext() ?? newContext(nanoid())), deadline: call.until };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(CommonErrors.DEADLINE()), call.until - Date.now());
  });
  try {
    // Copies on both ways: a callee and its caller never share an object, as over the wire.
    const copy = requestType(call.method).fromPartial(request as never);
    const answer = await Promise.race([handler(copy, context), late]);
    return responseType(call.method).fromPartial(answer as never);
  } catch (error) {
    throw error instanceof DoulError ? error : CommonErrors.INTERNAL({}, error);
  } finally {
    clearTimeout(timer);
  }
}

class TryFailed extends Error {
  constructor(
    readonly failure: ServiceError,
    readonly instance: string,
  ) {
    super(failure.message);
  }
}

async function tryOnce(call: Call, request: unknown, avoid: string | undefined, triesLeft: number): Promise<unknown> {
  const { directory, clientOf } = await channels().then((all) => ({ directory: all.directory, clientOf: all.clientOf.bind(all) }));
  const service = serviceOf(call.definition);
  const instance = await directory.pick(service, avoid, call.until - Date.now());
  if (!instance) throw CommonErrors.UNAVAILABLE({}, new Error(`no instance of ${service}.rpc is known`));
  const { path, requestSerialize, responseDeserialize } = grpcMethod(call.definition, call.method);
  // A silent instance must leave time for another one.
  const left = call.until - Date.now();
  const deadline = Date.now() + (triesLeft > 1 && isRetryable(call.method) ? left / 2 : left);
  return new Promise((resolve, reject) => {
    clientOf(service, instance).makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      toMetadata(currentContext()),
      { deadline },
      (failure, answer) => {
        if (!failure) return resolve(answer);
        const error = fromWire(failure);
        if (error.code === CommonErrors.UNAVAILABLE.row.code || error.code === CommonErrors.DEADLINE.row.code)
          directory.failed(instance.id);
        reject(new TryFailed(failure, instance.id));
      },
    );
  });
}

const mayRetry = (call: Call, failure: ServiceError): boolean => {
  const error = fromWire(failure);
  if (neverArrived(failure)) return true;
  return isRetryable(call.method) && (error.retryable || error.code === CommonErrors.DEADLINE.row.code);
};

async function callRemote(call: Call, request: unknown): Promise<unknown> {
  let avoid: string | undefined;
  for (let triesLeft = MAX_TRIES; ; triesLeft -= 1) {
    try {
      return await tryOnce(call, request, avoid, triesLeft);
    } catch (error) {
      if (!(error instanceof TryFailed)) throw error;
      if (triesLeft <= 1 || Date.now() >= call.until || !mayRetry(call, error.failure)) throw fromWire(error.failure);
      avoid = error.instance;
      await new Promise((resolve) => setTimeout(resolve, 50 * (MAX_TRIES - triesLeft + 1) * Math.random()));
    }
  }
}

async function invoke(definition: RpcDefinition, key: string, method: RpcMethod, request: unknown, options: CallOptions): Promise<unknown> {
  countCall('rpc');
  const limit = currentContext()?.deadline ?? Infinity;
  const call: Call = { definition, method, key, until: Math.min(Date.now() + (options.deadlineMs ?? rpcConfig().RPC_DEADLINE_MS), limit) };
  const end = duration.startTimer({ method: `${definition.fullName}/${key}` });
  try {
    const handler = rpcConfig().RPC_IN_PROCESS ? localHandlers(definition)?.[key] : undefined;
    const answer = await (handler ? callLocal(call, handler, request) : callRemote(call, request));
    end({ outcome: 'ok' });
    return answer;
  } catch (error) {
    end({ outcome: error instanceof DoulError ? error.name : 'INTERNAL' });
    throw error;
  }
}

/**
 * The typed client of a service. Each call has a deadline, carries the request's id, trace and caller, and is sent again
 * to another instance when that is safe: the method is declared idempotent, or the request never arrived.
 *
 * @throws DoulError from every method: the handler's own, UNAVAILABLE or DEADLINE
 */
export function rpcClient<D extends RpcDefinition>(definition: D): RpcClient<D> {
  const methods = Object.entries(definition.methods).map(([key, method]) => [
    key,
    (request: unknown, options: CallOptions = {}) => invoke(definition, key, method, request, options),
  ]);
  return Object.fromEntries(methods) as RpcClient<D>;
}
