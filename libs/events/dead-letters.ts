import { eventTable } from '@doul/contracts';
import type { ConfirmChannel, GetMessage } from 'amqplib';
import type { Broker } from './broker.js';
import { decodePayload, failureOf, metaOf, optionsAgain } from './envelope.js';
import { publishConfirmed } from './live-channel.js';
import type { Subscription } from './subscription.js';
import { assertTopology, queueNames } from './topology.js';

/** How long the tools wait for the broker, in ms. */
const CONNECT_MS = 10_000;

export interface DeadLetter {
  readonly queue: string;
  readonly eventId: string;
  readonly type: string;
  readonly occurredAt: number;
  readonly failedAt: number;
  readonly error: string;
  /** The decoded event; its bytes in base64 when they cannot be read. */
  readonly payload: unknown;
}

function describe(message: GetMessage, queue: string): DeadLetter {
  const { eventId, type, occurredAt } = metaOf(message, queue);
  return { queue, eventId, type, occurredAt, ...failureOf(message), payload: readable(type, message.content) };
}

function readable(type: string, content: Buffer): unknown {
  const event = eventTable().find((one) => one.type === type);
  try {
    if (event) return decodePayload(event, content);
  } catch {
    // Bytes that no longer fit the message are shown as they are.
  }
  return { base64: content.toString('base64') };
}

/**
 * Returns what was looked at and not taken, in order. Closing the channel would return it too, but a moment after the answer: the next look
 * could find the queue empty.
 */
async function giveBack(channel: ConfirmChannel, queue: string): Promise<void> {
  channel.nackAll(true);
  // Its answer means that the queue's leader has heard: a `get` comes later in its log then. Counts may be older, since they do not wait for the log.
  await channel.checkQueue(queue);
}

/** Dead letters of one consumer's queue, for operators. */
export class DeadLetters {
  constructor(private readonly broker: Pick<Broker, 'channel'>) {}

  /** How many there are, without touching them. */
  count(subscription: Subscription): Promise<number> {
    return this.withChannel(subscription, async (channel) => (await channel.checkQueue(queueNames(subscription).dead)).messageCount);
  }

  /** The oldest ones; they stay where they are. */
  list(subscription: Subscription, limit: number): Promise<DeadLetter[]> {
    return this.withChannel(subscription, async (channel) => {
      const letters: DeadLetter[] = [];
      while (letters.length < limit) {
        const message = await channel.get(queueNames(subscription).dead);
        if (!message) break;
        letters.push(describe(message, subscription.queue));
      }
      await giveBack(channel, queueNames(subscription).dead);
      return letters;
    });
  }

  /**
   * Sends dead letters to their queue again, with all tries ahead of them. A copy is confirmed before the letter goes.
   *
   * @param eventId just this one; absent = up to `limit` of those that are there; of one that is there twice, one
   * @returns how many were sent
   */
  replay(subscription: Subscription, limit: number, eventId?: string): Promise<number> {
    return this.withChannel(subscription, async (channel) => {
      const { work, dead } = queueNames(subscription);
      const sent = new Set<string>();
      while (sent.size < limit) {
        const message = await channel.get(dead);
        if (!message) break;
        const id = String(message.properties.messageId);
        // One that died again meanwhile stays, or this could go on for ever.
        if ((eventId !== undefined && id !== eventId) || sent.has(id)) continue;
        await publishConfirmed(channel, '', work, message.content, optionsAgain(message, 1));
        channel.ack(message);
        sent.add(id);
      }
      await giveBack(channel, dead);
      return sent.size;
    });
  }

  private async withChannel<T>(subscription: Subscription, use: (channel: ConfirmChannel) => Promise<T>): Promise<T> {
    const live = this.broker.channel(`dead:${subscription.queue}`, (channel) => assertTopology(channel, [subscription]));
    try {
      await live.ready(CONNECT_MS);
      const channel = live.current();
      if (!channel) throw new Error(`the broker cannot be reached within ${CONNECT_MS} ms`);
      return await use(channel);
    } finally {
      await live.close();
    }
  }
}
