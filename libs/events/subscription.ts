import {
  RenditionsDueEvent,
  UserRegisteredEvent,
  UserUpdatedEvent,
  VideoDueEvent,
  VideoPopularityEvent,
  VideoPublishedEvent,
  VideoRemovedEvent,
  VideoUpdatedEvent,
  type EventDefinition,
} from '@doul/contracts';
import { availableParallelism } from 'node:os';

/** A queue of one consumer and what arrives in it. */
export interface Subscription {
  /** Name of the queue without prefix and version. */
  readonly queue: string;
  /** To be raised with every change of arguments or events: a broker refuses to redeclare a queue differently. */
  readonly version: number;
  readonly events: readonly EventDefinition<unknown>[];
  /** Messages that one process works on at a time. */
  readonly prefetch: number;
  /** A handler that takes longer counts as failed, in ms. */
  readonly timeoutMs: number;
  readonly doc: string;
}

/** Longest time of a handler that does not say otherwise, in ms: RPC, SQL and HTTP calls all give up far earlier. */
const HANDLER_MS = 60_000;
/** For handlers that work or wait long, in ms: below the 30 minutes after which RabbitMQ takes an unanswered delivery back. */
const LONG_MS = 25 * 60_000;
/** Enough to keep a handler of a few ms busy over a local network. */
const PREFETCH = 32;

const registry = new Map<string, Subscription>();

/** Every declared subscription. */
export const subscriptionTable = (): Subscription[] => [...registry.values()];

/**
 * Declares a consumer's queue. Relays declare these queues on the broker before they publish, so that an event is kept
 * for a consumer that has never run yet.
 */
export function defineSubscription(
  declared: Pick<Subscription, 'queue' | 'version' | 'events' | 'doc'> & Partial<Pick<Subscription, 'prefetch' | 'timeoutMs'>>,
): Subscription {
  const subscription = { prefetch: PREFETCH, timeoutMs: HANDLER_MS, ...declared };
  if (registry.has(subscription.queue)) throw new Error(`queue ${subscription.queue} is declared twice`);
  registry.set(subscription.queue, subscription);
  return subscription;
}

/** @throws Error when no such subscription is declared */
export function subscriptionOf(queue: string): Subscription {
  const subscription = registry.get(queue);
  if (!subscription) throw new Error(`queue ${queue} is not declared in libs/events/subscription.ts`);
  return subscription;
}

defineSubscription({
  queue: 'search-worker',
  version: 1,
  events: [UserRegisteredEvent, UserUpdatedEvent, VideoPublishedEvent, VideoUpdatedEvent, VideoRemovedEvent],
  prefetch: 200,
  // Its handlers wait for the search engine to come back instead of using up their tries.
  timeoutMs: LONG_MS,
  doc: 'Keeps the search index',
});

defineSubscription({
  queue: 'search-popularity',
  version: 1,
  events: [VideoPopularityEvent],
  // As many as may come while they are gathered for seconds.
  prefetch: 2_000,
  timeoutMs: LONG_MS,
  doc: 'Brings the popularity of videos into the search index, seconds later and many at a time',
});

defineSubscription({
  queue: 'video-worker',
  version: 2,
  events: [VideoRemovedEvent],
  prefetch: 2,
  timeoutMs: LONG_MS,
  doc: 'Purges removed videos',
});

/** Encoders keep two cores busy, so a machine of two works on one video at a time. */
const MEDIA_AT_ONCE = Math.max(1, Math.floor(availableParallelism() / 2));

defineSubscription({
  queue: 'video-media',
  version: 1,
  events: [VideoDueEvent],
  prefetch: MEDIA_AT_ONCE,
  timeoutMs: LONG_MS,
  doc: 'Takes uploads through probe and first rendition to publication',
});

defineSubscription({
  queue: 'video-renditions',
  version: 1,
  events: [RenditionsDueEvent],
  prefetch: MEDIA_AT_ONCE,
  timeoutMs: LONG_MS,
  doc: 'Makes the further renditions and pictures of published videos',
});

defineSubscription({
  queue: 'comment-rpc',
  version: 1,
  events: [VideoRemovedEvent],
  doc: 'Removes the comments of removed videos',
});
