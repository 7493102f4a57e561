import { CommonErrors, DoulError } from '@doul/contracts';
import { childLog, contextFields, currentContext, metrics, type RequestContext } from '@doul/runtime';
import { batcherOf, type Ask, type BatcherMaker, type OneAskOptions } from './ask.js';
import { batchLayout } from './batch-method.js';
import type { Call, CallOptions } from './call.js';
import type { RequestOf, ResponseOf, RpcDefinition, RpcMethod } from './definition.js';
import { localHandlers } from './handlers.js';
import { callLocal } from './local-call.js';
import { callRemote } from './remote-call.js';
import { rpcConfig } from './rpc.config.js';

/**
 * A service's methods as promises. The same type and the same errors whether the service runs here or elsewhere. Methods that
 * the proto file declares as batched can also be asked one question, `client.ask.getFlags(question)`, which leaves together with the
 * questions of concurrent requests.
 */
export type RpcClient<D extends RpcDefinition> = {
  [M in keyof D['methods']]: (request: RequestOf<D['methods'][M]>, options?: CallOptions) => Promise<ResponseOf<D['methods'][M]>>;
} & { ask: Ask<D> };

/** A way of calling that has to be told whose call it is. */
type Explicit<F> = F extends (request: infer Q, options?: infer O) => infer R
  ? (request: Q, options: O & { context: RequestContext }) => R
  : never;

/** A service's methods for API layers, which have no current context: no call compiles that does not say whose it is. */
export type ApiClient<D extends RpcDefinition> = { [M in keyof D['methods']]: Explicit<RpcClient<D>[M]> } & {
  ask: { [M in keyof Ask<D>]: Explicit<Ask<D>[M]> };
};

const log = childLog('rpc');
const duration = metrics.histogram('doul_rpc_client_seconds', 'Time an RPC takes its caller, retries included', ['method', 'outcome']);

/** Unix ms at which the caller of a call made now gives up. */
const untilOf = (deadlineMs: number | undefined, context: RequestContext | undefined): number =>
  Math.min(Date.now() + (deadlineMs ?? rpcConfig().RPC_DEADLINE_MS), context?.deadline ?? Infinity);

async function invoke(definition: RpcDefinition, key: string, method: RpcMethod, request: unknown, options: CallOptions): Promise<unknown> {
  const { deadlineMs, context = currentContext() } = options;
  if (context) context.calls.rpc += 1;
  const call: Call = { definition, method, context, until: untilOf(deadlineMs, context) };
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
    if (known !== error)
      log.error({ ...contextFields(context), err: error, method: `${definition.fullName}/${key}` }, 'an RPC could not be made');
    throw known;
  }
}

type AnyMethod = (request: unknown, options?: CallOptions) => Promise<unknown>;
type AnyAsk = (question: unknown, options?: OneAskOptions) => Promise<unknown>;

/** The client's functions over any way of calling a method. */
export function clientOver<D extends RpcDefinition>(
  definition: D,
  callOf: (key: string, method: RpcMethod) => AnyMethod,
  batcherFor: BatcherMaker = batcherOf,
): RpcClient<D> {
  const methods: Record<string, AnyMethod> = {};
  const ask: Record<string, AnyAsk> = {};
  for (const [key, method] of Object.entries(definition.methods)) {
    const call = (methods[key] = callOf(key, method));
    const layout = batchLayout(method);
    if (!layout) continue;
    const batcher = batcherFor(`${definition.fullName}/${key}`, method, layout, call);
    ask[key] = (question, { deadlineMs, context = currentContext(), signal, alone } = {}) =>
      batcher.ask(question, { until: untilOf(deadlineMs, context), calls: context?.calls, signal, alone });
  }
  return { ...methods, ask } as unknown as RpcClient<D>;
}

/**
 * The typed client of a service. Each call has a deadline, carries the request's id, trace and caller, and is sent again
 * (to another instance, where there is one) when that is safe: the method is declared idempotent and the failure may pass,
 * or the request never arrived.
 *
 * @throws DoulError from every method: the handler's own, UNAVAILABLE or DEADLINE
 */
export const rpcClient = <D extends RpcDefinition>(definition: D): RpcClient<D> =>
  clientOver(
    definition,
    (key, method) =>
      (request, options = {}) =>
        invoke(definition, key, method, request, options),
  );

/** The same for API layers. */
export const apiClient = <D extends RpcDefinition>(definition: D): ApiClient<D> => rpcClient(definition) as ApiClient<D>;
