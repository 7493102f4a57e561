import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';

/** Calls that one request caused; the budget tests hold them to a snapshot. */
export interface CallCounts {
  rpc: number;
  sql: number;
  redis: number;
}

/** What travels with a request through every layer. */
export interface RequestContext {
  requestId: string;
  /** W3C trace context header, `00-<trace>-<span>-01`. */
  traceparent: string;
  /** The verified caller; absent for an anonymous one. */
  userId?: number;
  /** Unix ms after which nobody waits for the answer. */
  deadline?: number;
  calls: CallCounts;
}

const storage = new AsyncLocalStorage<RequestContext>();

/** The context of the request being served, when there is one. */
export const currentContext = (): RequestContext | undefined => storage.getStore();

/** Runs `fn` and everything it starts inside `context`. */
export const runInContext = <T>(context: RequestContext, fn: () => T): T => storage.run(context, fn);

/** A new W3C traceparent, or a new span of the given one; a malformed one starts a new trace. */
export function newTraceparent(parent?: string): string {
  const span = randomBytes(8).toString('hex');
  const match = parent === undefined ? null : /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(parent);
  return `00-${match?.[1] ?? randomBytes(16).toString('hex')}-${span}-01`;
}

/** A context for work that no request started. */
export const newContext = (requestId: string, traceparent?: string): RequestContext => ({
  requestId,
  traceparent: newTraceparent(traceparent),
  calls: { rpc: 0, sql: 0, redis: 0 },
});

/** Counts a call towards the current request's budget. */
export function countCall(kind: keyof CallCounts): void {
  const context = storage.getStore();
  if (context) context.calls[kind] += 1;
}
