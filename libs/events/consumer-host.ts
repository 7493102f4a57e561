import { addReadyCheck } from '@doul/runtime';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { broker } from './broker.js';
import { QueueConsumer } from './consumer.js';
import { handlersOf, type EventHandler } from './on-event.js';
import { subscriptionOf, type Subscription } from './subscription.js';

/** How long a starting process waits for the broker before it counts as ready without it, in ms. */
const READY_MS = 10_000;

/** @throws Error when a handler's event is not declared for the queue, or has two handlers */
export function checkHandlers(subscription: Subscription, handlers: readonly EventHandler[]): void {
  const seen = new Set<string>();
  for (const { event } of handlers) {
    if (!subscription.events.some((declared) => declared.type === event.type)) {
      throw new Error(`${event.type} is not declared for queue ${subscription.queue} in libs/events/subscription.ts`);
    }
    if (seen.has(event.type)) throw new Error(`queue ${subscription.queue} has two handlers of ${event.type}`);
    seen.add(event.type);
  }
}

/** Finds the `@OnEvent` handlers of one queue among the process's providers and runs its consumer. */
@Injectable()
export class ConsumerHost implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private consumer: QueueConsumer | undefined;

  constructor(
    private readonly queue: string,
    private readonly discovery: DiscoveryService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const subscription = subscriptionOf(this.queue);
    const providers = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
    const instances = new Set(
      providers.map(({ instance }) => instance as unknown).filter((one): one is object => typeof one === 'object' && one !== null),
    );
    const handlers = [...instances].flatMap((instance) => handlersOf(instance, this.queue));
    checkHandlers(subscription, handlers);
    this.consumer = new QueueConsumer(subscription, handlers, await broker());
    this.consumer.start();
    this.announce();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.consumer?.stop();
  }

  /** Not ready until the queue is consumed, or the broker has been away for so long that waiting makes no sense. */
  private announce(): void {
    const giveUp = Date.now() + READY_MS;
    addReadyCheck({
      name: `queue:${this.queue}`,
      check: async () => {
        if (Date.now() < giveUp && !(await this.consumer?.ready(0))) throw new Error('not connected yet');
      },
    });
  }
}
