import type { RequestContext } from '@doul/runtime';

export type Language = 'en' | 'zh';

/** Who asks, and how: what a handler may know besides its parameters, and the context of the RPCs it makes, `{ context: call }`. */
export interface Call extends RequestContext {
  /** The verified caller; 0 = anonymous. */
  readonly viewerId: number;
  /** The token's session; 0 = anonymous. */
  readonly sessionId: number;
  /** The client's `Idempotency-Key`, or a new one: a creating RPC with a key that was used before answers the first result. */
  readonly requestKey: string;
  /** The client's IP address as the trusted proxies saw it. */
  readonly address: string;
  readonly userAgent: string;
  readonly language: Language;
  /** `Last-Event-ID` of a client that comes back to a stream of events; undefined when it sent none. */
  readonly lastEventId: string | undefined;
}
