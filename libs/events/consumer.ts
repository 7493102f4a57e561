import { childLog, isStopping, metrics, newContext, runInContext } from '@doul/runtime';
import type { ConfirmChannel, ConsumeMessage } from 'amqplib';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Broker } from './broker.js';
import { decodePayload, metaOf, optionsAgain, traceOf } from './envelope.js';
import { publishConfirmed, type LiveChannel } from './live-channel.js';
import type { EventHandler } from './on-event.js';
import type { Subscription } from './subscription.js';
import { RETRY_DELAYS_MS, assertTopology, queueNames } from './topology.js';

const log = childLog('events');

const handled = metrics.counter('doul_events_handled_total', 'Deliveries by outcome: done, retry, dead, unknown', [
  'queue',
  'type',
  'outcome',
]);
const seconds = metrics.histogram('doul_event_seconds', 'Time of event handlers', ['queue', 'type']);

/** How long a stopping consumer waits for handlers that are running, in ms. */
const DRAIN_MS = 5_000;

/** Works on one queue: prefetched deliveries run concurrently, each is answered once its outcome is safe on the broker. */
export class QueueConsumer {
  private readonly running = new Set<Promise<void>>();
  private readonly handlers: ReadonlyMap<string, EventHandler>;
  private channel: LiveChannel | undefined;
  private tag = '';
  private stopped = false;

  constructor(
    private readonly subscription: Subscription,
    handlers: readonly EventHandler[],
    private readonly broker: Pick<Broker, 'channel'>,
  ) {
    this.handlers = new Map(handlers.map((handler) => [handler.event.type, handler]));
  }

  start(): void {
    this.channel = this.broker.channel(`consumer:${this.subscription.queue}`, async (channel) => {
      await assertTopology(channel, [this.subscription]);
      await channel.prefetch(this.subscription.prefetch);
      const { work } = queueNames(this.subscription);
      const { consumerTag } = await channel.consume(work, (message) => this.receive(channel, message));
      this.tag = consumerTag;
    });
  }

  /** Whether the queue has been declared and is being consumed. */
  ready(ms: number): Promise<boolean> {
    return this.channel?.ready(ms) ?? Promise.resolve(false);
  }

  /** Takes no more, waits for what is running, and gives the rest back to the broker. */
  async stop(): Promise<void> {
    this.stopped = true;
    const channel = this.channel?.current();
    if (channel) await channel.cancel(this.tag).catch(() => undefined);
    await Promise.race([Promise.allSettled([...this.running]), sleep(DRAIN_MS, undefined, { ref: false })]);
    await this.channel?.close();
  }

  private receive(channel: ConfirmChannel, message: ConsumeMessage | null): void {
    if (!message) {
      // The broker cancelled the consumer (its queue was deleted or moved): a new channel declares it again.
      void channel.close().catch(() => undefined);
      return;
    }
    const work = this.work(channel, message).catch((error: unknown) => {
      log.warn({ queue: this.subscription.queue, reason: (error as Error).message }, 'a delivery was not answered and will come again');
    });
    this.running.add(work);
    void work.finally(() => this.running.delete(work));
  }

  private async work(channel: ConfirmChannel, message: ConsumeMessage): Promise<void> {
    const { queue } = this.subscription;
    const meta = metaOf(message, queue);
    const handler = this.handlers.get(meta.type);
    if (!handler) {
      log.warn({ queue, type: meta.type, eventId: meta.eventId }, 'nobody handles this event');
      handled.inc({ queue, type: 'unknown', outcome: 'unknown' });
      return channel.ack(message);
    }
    const stopClock = seconds.startTimer({ queue, type: meta.type });
    try {
      await runInContext(newContext(meta.eventId, traceOf(message)), () =>
        this.inTime(async () => handler.handle(decodePayload(handler.event, message.content), meta)),
      );
      handled.inc({ queue, type: meta.type, outcome: 'done' });
    } catch (error) {
      // What a stop has cut short is not a failed try: unanswered, it goes back to the broker as it is.
      if (this.stopped || isStopping()) return;
      await this.putAside(channel, message, meta.attempt, error);
    } finally {
      stopClock();
    }
    channel.ack(message);
  }

  /** Copies a failed message to the next delay queue, or to the dead letters after the last try. */
  private async putAside(channel: ConfirmChannel, message: ConsumeMessage, attempt: number, error: unknown): Promise<void> {
    const { queue } = this.subscription;
    const meta = metaOf(message, queue);
    const { retries, dead } = queueNames(this.subscription);
    const retry = retries[attempt - 1];
    const outcome = retry === undefined ? 'dead' : 'retry';
    log[retry === undefined ? 'error' : 'warn'](
      { err: error, queue, type: meta.type, eventId: meta.eventId, attempt, outcome },
      'an event handler failed',
    );
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const failure = { error: reason.slice(0, 500), at: Date.now() };
    await publishConfirmed(
      channel,
      '',
      retry ?? dead,
      message.content,
      optionsAgain(message, attempt + (retry === undefined ? 0 : 1), failure),
    );
    handled.inc({ queue, type: meta.type, outcome });
  }

  private async inTime(run: () => Promise<void>): Promise<void> {
    const { timeoutMs } = this.subscription;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`the handler took longer than ${timeoutMs} ms`)), timeoutMs);
    });
    await Promise.race([run(), late]).finally(() => clearTimeout(timer));
  }
}

/** Tries of a message before it is a dead letter. */
export const ATTEMPTS = RETRY_DELAYS_MS.length + 1;
