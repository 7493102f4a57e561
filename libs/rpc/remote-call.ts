import { CommonErrors, type DoulError, type ErrorFactory } from '@doul/contracts';
import { childLog, contextFields } from '@doul/runtime';
import type { ServiceError } from '@grpc/grpc-js';
import { maySucceedAgain, MAX_TRIES, pauseBefore, type Call } from './call.js';
import { channels, type Lines } from './channels.js';
import { toMetadata } from './context-metadata.js';
import { grpcMethod, isRetryable, serviceOf } from './definition.js';
import { answered, fromWire, neverArrived } from './wire-error.js';

const log = childLog('rpc');

const is = (error: DoulError, factory: ErrorFactory): boolean => error.code === factory.row.code;

class TryFailed extends Error {
  readonly error: DoulError;
  readonly arrived: boolean;
  /** Nothing came back in time. */
  readonly silent: boolean;

  constructor(
    failure: ServiceError,
    readonly instance: string,
    { context }: Call,
  ) {
    super(failure.message);
    this.error = fromWire(failure);
    this.arrived = !neverArrived(failure);
    this.silent = !answered(failure) && is(this.error, CommonErrors.DEADLINE);
    if (!answered(failure) && is(this.error, CommonErrors.INTERNAL))
      log.error({ ...contextFields(context), err: failure, instance }, 'an RPC failed in transport');
  }
}

/** A silent instance must leave time for another one, where there is one. */
function deadlineOf(call: Call, tried: number, others: number): number {
  const left = call.until - Date.now();
  return Date.now() + (tried < MAX_TRIES && others > 0 && isRetryable(call.method) ? left / 2 : left);
}

async function tryOnce(call: Call, request: unknown, avoid: string | undefined, tried: number): Promise<unknown> {
  const all = await channels();
  const { directory } = all;
  const service = serviceOf(call.definition);
  const instance = await directory.pick(service, avoid, call.until - Date.now());
  if (!instance) throw CommonErrors.UNAVAILABLE({}, new Error(`no instance of ${service}.rpc is known`));
  const lines = all.linesTo(service, instance);
  const deadline = deadlineOf(call, tried, directory.size(service) - 1);
  return new Promise((resolve, reject) => {
    send(lines, call, request, deadline, (failure, answer) => {
      if (!failure) return resolve(answer);
      const failed = new TryFailed(failure, instance.id, call);
      if (!failed.arrived || failed.silent || is(failed.error, CommonErrors.UNAVAILABLE)) directory.failed(service, instance.id);
      reject(failed);
    });
  });
}

/** Over the instance's stream while there is one, else as a call of its own. */
function send(
  { client, stream }: Lines,
  { definition, method, context }: Call,
  request: unknown,
  deadline: number,
  done: (failure: ServiceError | null, answer?: unknown) => void,
): void {
  const { path, requestSerialize, responseDeserialize } = grpcMethod(definition, method);
  if (!stream.ready) {
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, toMetadata(context), { deadline }, done);
    return;
  }
  stream.send(path, requestSerialize(request), deadline - Date.now(), context, (failure, answer) => {
    if (failure || !answer) return done(failure);
    done(null, responseDeserialize(Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength)));
  });
}

const mayRetry = (call: Call, { error, arrived, silent }: TryFailed): boolean =>
  !arrived || maySucceedAgain(call, error) || (silent && isRetryable(call.method));

/** Calls an instance that etcd lists, and another one after a failure that allows it. */
export async function callRemote(call: Call, request: unknown): Promise<unknown> {
  let avoid: string | undefined;
  for (let tried = 1; ; tried += 1) {
    try {
      return await tryOnce(call, request, avoid, tried);
    } catch (error) {
      if (!(error instanceof TryFailed)) throw error;
      if (!mayRetry(call, error) || !(await pauseBefore(call, tried))) throw error.error;
      avoid = error.instance;
    }
  }
}
