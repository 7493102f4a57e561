import type { ConfirmChannel } from 'amqplib';
import { eventsConfig } from './events.config.js';
import { subscriptionTable, type Subscription } from './subscription.js';

/** Waits before the second, third, fourth and fifth try of a message, in ms. After the fifth it is a dead letter. */
export const RETRY_DELAYS_MS = [1_000, 2_000, 4_000, 8_000] as const;

/** A message that came back this often without an answer (its consumers died) is a dead letter. */
const DELIVERY_LIMIT = 10;
/** Looking at dead letters delivers them; this is more often than anybody will look. */
const DEAD_DELIVERY_LIMIT = 1_000_000;
/** Beyond this many waiting messages the broker refuses more, and events wait in the outboxes. */
const MAX_LENGTH = 1_000_000;

export const exchangeName = (): string => `${eventsConfig().EVENTS_PREFIX}.events`;

export interface QueueNames {
  readonly work: string;
  readonly retries: readonly string[];
  readonly dead: string;
}

/** Names on the broker: `doul.search-worker.v1`, `….retry.1s`, `….dead`. */
export function queueNames({ queue, version }: Pick<Subscription, 'queue' | 'version'>): QueueNames {
  const work = `${eventsConfig().EVENTS_PREFIX}.${queue}.v${version}`;
  return { work, retries: RETRY_DELAYS_MS.map((ms) => `${work}.retry.${ms / 1_000}s`), dead: `${work}.dead` };
}

/** Dead-lettering that waits for the target queue's confirm, so a broker crash in between loses nothing. */
const deadLetterTo = (queue: string) => ({
  'x-dead-letter-exchange': '',
  'x-dead-letter-routing-key': queue,
  'x-dead-letter-strategy': 'at-least-once',
  'x-overflow': 'reject-publish',
});

/** Declares one consumer's queues: work, a ladder of delays that flow back into work, and the dead letters. */
export async function assertSubscription(channel: ConfirmChannel, subscription: Subscription): Promise<QueueNames> {
  const names = queueNames(subscription);
  const quorum = { 'x-queue-type': 'quorum', 'x-max-length': MAX_LENGTH };
  await channel.assertQueue(names.dead, {
    durable: true,
    arguments: { ...quorum, 'x-overflow': 'reject-publish', 'x-delivery-limit': DEAD_DELIVERY_LIMIT },
  });
  await channel.assertQueue(names.work, {
    durable: true,
    arguments: { ...quorum, ...deadLetterTo(names.dead), 'x-delivery-limit': DELIVERY_LIMIT },
  });
  for (const [at, queue] of names.retries.entries()) {
    await channel.assertQueue(queue, {
      durable: true,
      arguments: { ...quorum, ...deadLetterTo(names.work), 'x-message-ttl': RETRY_DELAYS_MS[at] },
    });
  }
  for (const event of subscription.events) await channel.bindQueue(names.work, exchangeName(), event.type);
  return names;
}

/** Declares the exchange and the queues of the given consumers. */
export async function assertTopology(channel: ConfirmChannel, subscriptions: readonly Subscription[] = subscriptionTable()): Promise<void> {
  await channel.assertExchange(exchangeName(), 'topic', { durable: true });
  for (const subscription of subscriptions) await assertSubscription(channel, subscription);
}
