import { childLog } from '@doul/runtime';
import type { ConfirmChannel, Options } from 'amqplib';
import { setTimeout as sleep } from 'node:timers/promises';

const log = childLog('events');

/** Waits before a channel that could not be opened or prepared is tried again, in ms. */
const REOPEN_MIN_MS = 100;
const REOPEN_MAX_MS = 5_000;
/** A publication that is not confirmed within this time has failed for its caller (it may still arrive), in ms. */
const CONFIRM_MS = 5_000;

/** A channel that outlives its broker: opened, prepared, and opened again after each loss. */
export class LiveChannel {
  private open: ConfirmChannel | undefined;
  private stopped = false;
  private readonly waiters = new Set<() => void>();

  constructor(
    private readonly name: string,
    private readonly create: () => Promise<ConfirmChannel>,
    private readonly prepare: (channel: ConfirmChannel) => Promise<void>,
  ) {
    void this.keepOpen();
  }

  /** The prepared channel, or undefined while there is none. */
  current(): ConfirmChannel | undefined {
    return this.open;
  }

  /** Resolves when the channel is prepared for the first or the next time, or after `ms`. */
  async ready(ms: number): Promise<boolean> {
    if (this.open) return true;
    let wake: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => this.waiters.add((wake = resolve)));
    const timer = setTimeout(wake, ms);
    await opened;
    clearTimeout(timer);
    this.waiters.delete(wake);
    return this.open !== undefined;
  }

  async close(): Promise<void> {
    this.stopped = true;
    const channel = this.open;
    this.open = undefined;
    if (channel) await channel.close().catch(() => undefined);
  }

  private async keepOpen(): Promise<void> {
    for (let failures = 0; !this.stopped;) {
      try {
        const { lost } = await this.openOnce();
        failures = 0;
        await lost;
      } catch (error) {
        if (this.stopped) return;
        failures += 1;
        log.warn({ channel: this.name, reason: (error as Error).message }, 'could not open a broker channel');
      }
      if (!this.stopped) await sleep(Math.min(REOPEN_MAX_MS, REOPEN_MIN_MS * 2 ** Math.min(failures, 10)));
    }
  }

  private async openOnce(): Promise<{ lost: Promise<void> }> {
    const channel = await this.create();
    const lost = new Promise<void>((resolve) => channel.once('close', resolve));
    channel.on('error', (error: Error) => log.warn({ channel: this.name, reason: error.message }, 'broker channel failed'));
    try {
      await this.prepare(channel);
    } catch (error) {
      await channel.close().catch(() => undefined);
      throw error;
    }
    if (this.stopped) await channel.close().catch(() => undefined);
    else this.open = channel;
    void lost.then(() => this.open === channel && (this.open = undefined));
    for (const wake of this.waiters) wake();
    return { lost };
  }
}

/**
 * Publishes and waits until the broker has taken responsibility for the message.
 *
 * @param exchange '' sends to the queue named by `routingKey`
 * @throws Error when the broker refuses it, the channel is lost, or no confirm comes within 5 s
 */
export function publishConfirmed(
  channel: ConfirmChannel,
  exchange: string,
  routingKey: string,
  content: Buffer,
  options: Options.Publish,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no confirm within ${CONFIRM_MS} ms`)), CONFIRM_MS);
    const done = (error: unknown): void => {
      clearTimeout(timer);
      if (error) reject(error instanceof Error ? error : new Error('the message was not confirmed', { cause: error }));
      else resolve();
    };
    try {
      channel.publish(exchange, routingKey, content, { ...options, persistent: true }, done);
    } catch (error) {
      done(error);
    }
  });
}
