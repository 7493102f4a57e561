import { AsyncLocalStorage } from 'node:async_hooks';
import { randomFillSync } from 'node:crypto';

/** Calls that one request caused; the budget tests hold them to a snapshot. */
export interface CallCounts {
  rpc: number;
  sql: number;
  redis: number;
}

/** What travels with a request through every layer. */
export interface RequestContext {
  readonly requestId: string;
  /** W3C trace context header, `00-<trace>-<span>-01`. May be made up when it is first read. */
  readonly traceparent: string;
  /** The verified caller; absent for an anonymous one. */
  readonly userId?: number | undefined;
  /** Unix ms after which nobody waits for the answer. */
  readonly deadline?: number | undefined;
  readonly calls: CallCounts;
}

/** A context with another end than the one it was made from. Its trace is read only when somebody asks for it. */
class Redated implements RequestContext {
  constructor(
    private readonly from: RequestContext,
    readonly deadline: number | undefined,
  ) {}

  get requestId(): string {
    return this.from.requestId;
  }
  get traceparent(): string {
    return this.from.traceparent;
  }
  get userId(): number | undefined {
    return this.from.userId;
  }
  get calls(): CallCounts {
    return this.from.calls;
  }
}

/** The same request with a deadline of its own, in Unix ms, or without one. Never spread a context: its fields may be getters. */
export const withDeadline = (context: RequestContext, deadline: number | undefined): RequestContext => new Redated(context, deadline);

const storage = new AsyncLocalStorage<RequestContext>();

/** The context of the request being served, when there is one. */
export const currentContext = (): RequestContext | undefined => storage.getStore();

/**
 * Runs `fn` and everything it starts inside `context`. For RPC layers and workers: with the first run Node begins to follow every promise of
 * the process, which costs a request of an API layer 20 us. API layers pass the context on instead.
 */
export const runInContext = <T>(context: RequestContext, fn: () => T): T => storage.run(context, fn);

/** Random bytes for spans and traces: asking the system for each costs 4 us, for 256 at a time next to nothing. */
const pool = Buffer.allocUnsafe(4_096);
let used = pool.length;

function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
}

/** A new W3C traceparent, or a new span of the given one; a malformed one starts a new trace. */
export function newTraceparent(parent?: string): string {
  const span = randomHex(8);
  const match = parent === undefined ? null : /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(parent);
  return `00-${match?.[1] ?? randomHex(16)}-${span}-01`;
}

/** A context for work that no request started. */
export const newContext = (requestId: string, traceparent?: string): RequestContext => ({
  requestId,
  traceparent: newTraceparent(traceparent),
  calls: { rpc: 0, sql: 0, redis: 0 },
});

/** What of a request stands in its log lines; they have it by themselves where the context is the current one. */
export const contextFields = (context: RequestContext | undefined): { requestId?: string; trace?: string } =>
  context ? { requestId: context.requestId, trace: context.traceparent } : {};

/** Counts a call towards the current request's budget. */
export function countCall(kind: keyof CallCounts): void {
  const context = storage.getStore();
  if (context) context.calls[kind] += 1;
}
