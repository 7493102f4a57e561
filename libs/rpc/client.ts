import { CommonErrors, DoulError } from '@doul/contracts';
import { childLog, countCall, currentContext, metrics } from '@doul/runtime';
import type { Call } from './call.js';
import type { RequestOf, ResponseOf, RpcDefinition, RpcMethod } from './definition.js';
import { localHandlers } from './handlers.js';
import { callLocal } from './local-call.js';
import { callRemote } from './remote-call.js';
import { rpcConfig } from './rpc.config.js';

export interface CallOptions {
  /** How long the caller waits, in ms; default RPC_DEADLINE_MS, and never past the deadline of the request being served. */
  deadlineMs?: number;
}

/** A service's methods as promises. The same type and the same errors whether the service runs here or elsewhere. */
export type RpcClient<D extends RpcDefinition> = {
  [M in keyof D['methods']]: (request: RequestOf<D['methods'][M]>, options?: CallOptions) => Promise<ResponseOf<D['methods'][M]>>;
};

const log = childLog('rpc');
const duration = metrics.histogram('doul_rpc_client_seconds', 'Time an RPC takes its caller, retries included', ['method', 'outcome']);

async function invoke(definition: RpcDefinition, key: string, method: RpcMethod, request: unknown, options: CallOptions): Promise<unknown> {
  countCall('rpc');
  const limit = currentContext()?.deadline ?? Infinity;
  const call: Call = { definition, method, until: Math.min(Date.now() + (options.deadlineMs ?? rpcConfig().RPC_DEADLINE_MS), limit) };
  const end = duration.startTimer({ method: `${definition.fullName}/${key}` });
  try {
    const handler = rpcConfig().RPC_IN_PROCESS ? localHandlers(definition)?.[key] : undefined;
    const answer = await (handler ? callLocal(call, handler, request) : callRemote(call, request));
    end({ outcome: 'ok' });
    return answer;
  } catch (error) {
    const known = error instanceof DoulError ? error : CommonErrors.INTERNAL({}, error);
    end({ outcome: known.name });
    // A message that cannot be copied or encoded, for example.
    if (known !== error) log.error({ err: error, method: `${definition.fullName}/${key}` }, 'an RPC could not be made');
    throw known;
  }
}

/**
 * The typed client of a service. Each call has a deadline, carries the request's id, trace and caller, and is sent again
 * (to another instance, where there is one) when that is safe: the method is declared idempotent and the failure may pass,
 * or the request never arrived.
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
