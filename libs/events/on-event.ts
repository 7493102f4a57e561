import type { EventDefinition } from '@doul/contracts';
import 'reflect-metadata';
import type { EventMeta } from './envelope.js';

const HANDLES = Symbol('doul:events');

interface Declared {
  readonly event: EventDefinition<unknown>;
  readonly queue: string;
}

/** One event's handler of one queue. It must be safe to call twice with the same event. */
export interface EventHandler {
  readonly event: EventDefinition<unknown>;
  readonly queue: string;
  handle(payload: unknown, meta: EventMeta): Promise<void>;
}

/**
 * Marks a provider's method as the handler of an event. A rejection is retried after 1, 2, 4 and 8 s; then the event is a
 * dead letter. The queue must be declared in `subscription.ts`.
 */
export function OnEvent<T>(event: EventDefinition<T>, { queue }: { queue: string }) {
  return <M extends (payload: T, meta: EventMeta) => Promise<void>>(
    _target: object,
    _key: string | symbol,
    descriptor: TypedPropertyDescriptor<M>,
  ): void => {
    const method = descriptor.value as object;
    const before = (Reflect.getMetadata(HANDLES, method) as Declared[] | undefined) ?? [];
    Reflect.defineMetadata(HANDLES, [...before, { event, queue }], method);
  };
}

/** The handlers that an instance declares for a queue. */
export function handlersOf(instance: object, queue: string): EventHandler[] {
  const methods = instance as Record<string, (payload: unknown, meta: EventMeta) => Promise<void>>;
  return methodNames(instance).flatMap((name) => {
    const declared = (Reflect.getMetadata(HANDLES, methods[name] as object) as Declared[] | undefined) ?? [];
    return declared
      .filter((one) => one.queue === queue)
      .map((one) => ({
        event: one.event,
        queue,
        handle: (payload: unknown, meta: EventMeta) => (methods[name] as EventHandler['handle']).call(instance, payload, meta),
      }));
  });
}

function methodNames(instance: object): string[] {
  const names = new Set<string>();
  for (
    let at: object | null = Object.getPrototypeOf(instance) as object | null;
    at && at !== Object.prototype;
    at = Object.getPrototypeOf(at) as object | null
  ) {
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      // Accessors are not touched: reading one would run it.
      if (typeof property.value === 'function' && name !== 'constructor') names.add(name);
    }
  }
  return [...names];
}
