import type { EventDefinition } from '@doul/contracts';
import type { GetMessage, Options } from 'amqplib';

/** What a handler is told beside the payload. */
export interface EventMeta {
  /** The same for every delivery of one event. */
  readonly eventId: string;
  readonly type: string;
  /** Queue of the consumer that got it. */
  readonly queue: string;
  /** Unix ms of the transaction that appended the event. */
  readonly occurredAt: number;
  /** 1 for the first try, up to 5. */
  readonly attempt: number;
}

/** An event as a row of an outbox. */
export interface OutboxRow {
  id: number;
  event_id: string;
  type: string;
  payload: Buffer;
  traceparent: string;
  occurred_at: number;
}

const HEADER = { occurredAt: 'x-occurred-at', attempt: 'x-attempt', error: 'x-error', failedAt: 'x-failed-at' } as const;

type Delivery = Pick<GetMessage, 'properties' | 'content'>;

/** amqplib types properties as `any`; what a foreign producer set may be anything. */
const propertiesOf = (message: Delivery): Record<string, unknown> => message.properties as unknown as Record<string, unknown>;
/** Header values travel as AMQP field-table entries, so a foreign producer's may have any type. */
const headerOf = (message: Delivery, name: string): unknown =>
  (propertiesOf(message)['headers'] as Record<string, unknown> | undefined)?.[name];
const numberOf = (value: unknown, fallback: number): number => (typeof value === 'number' && Number.isFinite(value) ? value : fallback);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Properties of an event's first publication. */
export const optionsOf = (row: OutboxRow): Options.Publish => ({
  messageId: row.event_id,
  type: row.type,
  contentType: 'application/x-protobuf',
  headers: { traceparent: row.traceparent, [HEADER.occurredAt]: row.occurred_at, [HEADER.attempt]: 1 },
});

/** Properties of the copy that waits for its next try, or lies among the dead with the reason. */
export function optionsAgain(message: Delivery, attempt: number, failure?: { error: string; at: number }): Options.Publish {
  const { messageId, type, contentType } = propertiesOf(message);
  return {
    messageId: textOf(messageId),
    type: textOf(type),
    contentType: textOf(contentType),
    headers: {
      traceparent: traceOf(message),
      [HEADER.occurredAt]: numberOf(headerOf(message, HEADER.occurredAt), 0),
      [HEADER.attempt]: attempt,
      ...(failure ? { [HEADER.error]: failure.error, [HEADER.failedAt]: failure.at } : {}),
    },
  };
}

export const traceOf = (message: Delivery): string => textOf(headerOf(message, 'traceparent'));

/** Why and when a dead letter failed; the broker's own dead letters (consumers that died) carry no error. */
export const failureOf = (message: Delivery): { error: string; failedAt: number } => ({
  error: textOf(headerOf(message, HEADER.error)) || 'delivered too often without an answer',
  failedAt: numberOf(headerOf(message, HEADER.failedAt), 0),
});

export function metaOf(message: Delivery, queue: string): EventMeta {
  const { messageId, type } = propertiesOf(message);
  return {
    eventId: textOf(messageId),
    type: textOf(type),
    queue,
    occurredAt: numberOf(headerOf(message, HEADER.occurredAt), 0),
    attempt: numberOf(headerOf(message, HEADER.attempt), 1),
  };
}

/** @throws RangeError when the bytes are not such a message */
export const decodePayload = <T>(event: EventDefinition<T>, content: Buffer): T => event.codec.decode(content);
export const encodePayload = <T>(event: EventDefinition<T>, payload: T): Buffer => Buffer.from(event.codec.encode(payload).finish());
