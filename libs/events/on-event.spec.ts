import { UserRegisteredEvent, VideoRemovedEvent, type VideoChanged } from '@doul/contracts';
import { describe, expect, it } from 'vitest';
import { checkHandlers } from './consumer-host.js';
import { OnEvent, handlersOf } from './on-event.js';
import { subscriptionOf } from './subscription.js';

class Cleaner {
  removed: number[] = [];

  @OnEvent(VideoRemovedEvent, { queue: 'comment-rpc' })
  async purge(payload: VideoChanged): Promise<void> {
    this.removed.push(payload.videoId);
  }

  @OnEvent(UserRegisteredEvent, { queue: 'search-worker' })
  async welcome(): Promise<void> {}

  get trap(): never {
    throw new Error('accessors must not be read');
  }
}

const meta = { eventId: 'e', type: 'video.removed', queue: 'comment-rpc', occurredAt: 0, attempt: 1 };

describe('@OnEvent', () => {
  it('finds the handlers of one queue, bound to their instance', async () => {
    const cleaner = new Cleaner();
    const handlers = handlersOf(cleaner, 'comment-rpc');
    expect(handlers.map((handler) => handler.event.type)).toEqual(['video.removed']);
    await handlers[0]?.handle({ videoId: 7, authorId: 1, version: 1 }, meta);
    expect(cleaner.removed).toEqual([7]);
  });

  it('refuses an event that the queue does not declare, and two handlers of one event', () => {
    const [removed] = handlersOf(new Cleaner(), 'comment-rpc');
    const [registered] = handlersOf(new Cleaner(), 'search-worker');
    const queue = subscriptionOf('comment-rpc');
    expect(() => checkHandlers(queue, [registered!])).toThrow('not declared');
    expect(() => checkHandlers(queue, [removed!, removed!])).toThrow('two handlers');
    expect(() => checkHandlers(queue, [removed!])).not.toThrow();
  });
});
