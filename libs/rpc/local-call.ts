import { CommonErrors, DoulError } from '@doul/contracts';
import { newContext, withDeadline } from '@doul/runtime';
import { nanoid } from 'nanoid';
import { maySucceedAgain, pauseBefore, type Call } from './call.js';
import { requestType, responseType } from './definition.js';
import type { AnyHandler } from './handlers.js';

async function tryOnce(call: Call, handler: AnyHandler, request: unknown): Promise<unknown> {
  const left = call.until - Date.now();
  if (left <= 0) throw CommonErrors.DEADLINE();
  const context = withDeadline(call.context ?? newContext(nanoid()), call.until);
  // Copies on both ways: a callee and its caller never share an object, as over the wire.
  const copy = requestType(call.method).fromPartial(request as never);
  const answer = await inTime(left, handler(copy, context));
  return responseType(call.method).fromPartial(answer as never);
}

async function inTime(ms: number, work: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(CommonErrors.DEADLINE()), ms);
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    // What a handler throws is logged where it is thrown.
    throw error instanceof DoulError ? error : CommonErrors.INTERNAL({}, error);
  } finally {
    clearTimeout(timer);
  }
}

/** Calls a handler of this process; again under the conditions under which one elsewhere is asked again. */
export async function callLocal(call: Call, handler: AnyHandler, request: unknown): Promise<unknown> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await tryOnce(call, handler, request);
    } catch (error) {
      if (!(error instanceof DoulError) || !maySucceedAgain(call, error) || !(await pauseBefore(call, tried))) throw error;
    }
  }
}
