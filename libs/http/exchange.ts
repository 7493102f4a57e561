import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { newTraceparent, type CallCounts } from '@doul/runtime';
import { nanoid } from 'nanoid';
import { giveBack } from './answer-buffers.js';
import type { Call, Language } from './call.js';
import type { AnyEndpoint } from './endpoint.js';
import { languageOf } from './language.js';

/** Ids that a proxy or a client may choose for a request and a retried creation. */
const PLAIN_ID = /^[\w.:-]{8,64}$/;
/** A user agent is shown in the list of sessions; longer ones are cut. */
const MAX_USER_AGENT_LENGTH = 200;

const headerOf = (raw: IncomingMessage, name: string): string | undefined => {
  const value = raw.headers[name];
  return typeof value === 'string' ? value : value?.join(',');
};

/** The address that the outermost of `hops` trusted proxies saw; nothing a client writes in front of it counts. */
export function addressOf(raw: IncomingMessage, hops: number): string {
  const direct = (raw.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  const forwarded = hops > 0 ? headerOf(raw, 'x-forwarded-for')?.split(',') : undefined;
  if (!forwarded) return direct;
  const seen = (forwarded[Math.max(0, forwarded.length - hops)] ?? '').trim().replace(/^::ffff:/, '');
  return isIP(seen) === 0 ? direct : seen;
}

/** The proxy's id for a request when a proxy is trusted, else a new one. */
export function requestIdOf(raw: IncomingMessage, hops: number): string {
  const given = hops > 0 ? headerOf(raw, 'x-request-id') : undefined;
  return given !== undefined && PLAIN_ID.test(given) ? given : nanoid();
}

/** One request and all that is found out about it on its way; it travels with the calls it causes. What is rarely asked for is computed when it is. */
export class Exchange implements Call {
  readonly startedAt = performance.now();
  readonly calls: CallCounts = { rpc: 0, sql: 0, redis: 0 };
  viewerId = 0;
  sessionId = 0;
  /** What the envelope said; logged. */
  statusCode = 0;
  endpoint: AnyEndpoint | undefined;
  /** Gives back the place in the process that it holds, if it holds one. */
  leave: (() => void) | undefined;
  /** An `answerBuffer` that is its body, to be used again. */
  body: Buffer | undefined;
  private working = false;
  private closed = false;
  private key: string | undefined;
  private trace: string | undefined;

  constructor(
    readonly requestId: string,
    private readonly raw: IncomingMessage,
    private readonly hops: number,
  ) {}

  /** Its handler starts. */
  begin(): void {
    this.working = true;
  }

  /** Its handler is through; what a client left behind counts until then. */
  finish(): void {
    this.working = false;
    if (this.closed) this.leave?.();
  }

  /** The last byte of its answer is with the operating system, or its client left. */
  close(): void {
    this.closed = true;
    if (this.body) giveBack(this.body);
    if (!this.working) this.leave?.();
  }

  get userId(): number | undefined {
    return this.viewerId > 0 ? this.viewerId : undefined;
  }

  get traceparent(): string {
    return (this.trace ??= newTraceparent(headerOf(this.raw, 'traceparent')));
  }

  get requestKey(): string {
    const given = headerOf(this.raw, 'idempotency-key');
    return (this.key ??= given !== undefined && PLAIN_ID.test(given) ? given : nanoid());
  }

  get address(): string {
    return addressOf(this.raw, this.hops);
  }

  get userAgent(): string {
    return (headerOf(this.raw, 'user-agent') ?? '').slice(0, MAX_USER_AGENT_LENGTH);
  }

  get lastEventId(): string | undefined {
    return headerOf(this.raw, 'last-event-id');
  }

  /** Of the page that a browser calls from. */
  get origin(): string | undefined {
    return headerOf(this.raw, 'origin');
  }

  get language(): Language {
    return languageOf(this.raw.headers['accept-language']);
  }
}
