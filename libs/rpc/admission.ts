import { CommonErrors } from '@doul/contracts';
import { metrics } from '@doul/runtime';
import { rpcConfig } from './rpc.config.js';

const refused = metrics.counter('doul_rpc_refused_total', 'Calls of other processes that got no place in this one');
let running = 0;

/**
 * Runs a handler for another process, unless so many run already that it would only queue: then the caller hears at once.
 * Calls in process are part of a request that has its place.
 *
 * @throws DoulError UNAVAILABLE
 */
export async function admitted<T>(handle: () => Promise<T>): Promise<T> {
  if (running >= rpcConfig().RPC_MAX_IN_FLIGHT) {
    refused.inc();
    throw CommonErrors.UNAVAILABLE({}, new Error('as many calls as RPC_MAX_IN_FLIGHT are running'));
  }
  running += 1;
  try {
    return await handle();
  } finally {
    running -= 1;
  }
}
