import { isStopping } from '@doul/runtime';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** One server-sent event; `id` is what the client gives back as `Last-Event-ID`. */
export interface StreamedEvent {
  readonly id: string;
  readonly event: string;
  readonly data: object;
}

export interface EventStreamOptions {
  /** What happened after the last event that `poll` gave; an empty list = nothing. */
  poll: () => Promise<{ events: readonly StreamedEvent[]; isOver: boolean }>;
  /** Pause between two polls, in ms. */
  everyMs?: number;
  /** After that long the stream ends and the client comes back by itself, in ms: so connections move when instances come and go. */
  lifetimeMs?: number;
}

const EVERY_MS = 500;
const LIFETIME_MS = 10 * 60_000;
/** A line that clients ignore, so that proxies do not take the connection for dead, in ms. */
const HEARTBEAT_MS = 15_000;
/** What a client waits before it comes back, in ms. */
const RETRY_MS = 1_000;

const textOf = ({ id, event, data }: StreamedEvent): string => `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

/** A successful answer that goes on: server-sent events (WHATWG HTML, section 9.2). It ends when `poll` says so, or its client leaves. */
export class EventStream {
  static readonly HEADERS = {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // nginx would collect events until a buffer is full.
    'x-accel-buffering': 'no',
  } as const;

  /** For a client that comes back after the last event: HTTP 204, which tells browsers to stop coming back. */
  static readonly OVER = new EventStream({ poll: () => Promise.resolve({ events: [], isOver: true }) });

  constructor(private readonly options: EventStreamOptions) {}

  /** The body; a slow client is not polled for. */
  body(): Readable {
    return Readable.from(this.texts(), { objectMode: false, highWaterMark: 16 * 1024 });
  }

  private async *texts(): AsyncGenerator<string> {
    const { poll, everyMs = EVERY_MS, lifetimeMs = LIFETIME_MS } = this.options;
    const until = Date.now() + lifetimeMs;
    let spokenAt = Date.now();
    yield `retry: ${RETRY_MS}\n\n`;
    while (Date.now() < until && !isStopping()) {
      const { events, isOver } = await poll();
      if (events.length > 0) {
        spokenAt = Date.now();
        yield events.map(textOf).join('');
      } else if (Date.now() - spokenAt >= HEARTBEAT_MS) {
        spokenAt = Date.now();
        yield ': still here\n\n';
      }
      if (isOver) return;
      await sleep(everyMs);
    }
  }
}
