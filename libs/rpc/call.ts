import type { DoulError } from '@doul/contracts';
import type { RequestContext } from '@doul/runtime';
import { isRetryable, type RpcDefinition, type RpcMethod } from './definition.js';

export interface CallOptions {
  /** How long the caller waits, in ms; default RPC_DEADLINE_MS, and never past the deadline of the request being served. */
  deadlineMs?: number;
  /** Whose call this is; default: the context of the request being served. */
  context?: RequestContext | undefined;
}

/** One call of a client, however often it is tried. */
export interface Call {
  definition: RpcDefinition;
  method: RpcMethod;
  context: RequestContext | undefined;
  /** Unix ms. */
  until: number;
}

/** Tries of a call that may be sent again; a rolling restart costs one. */
export const MAX_TRIES = 3;
/** Before the second try, on average half of this, in ms; before the third twice as long. */
const PAUSE_MS = 50;

/** Whether the method may run twice and the failure may have passed a moment later. */
export const maySucceedAgain = (call: Call, error: DoulError): boolean => isRetryable(call.method) && error.retryable;

/** Waits before the next try; false when the caller would not live to see it. */
export async function pauseBefore(call: Call, tried: number): Promise<boolean> {
  const pause = PAUSE_MS * tried * Math.random();
  if (tried >= MAX_TRIES || Date.now() + pause >= call.until) return false;
  await new Promise((resolve) => setTimeout(resolve, pause));
  return true;
}
