import { VideoRemovedEvent } from '@doul/contracts';
import type { GetMessage } from 'amqplib';
import { describe, expect, it } from 'vitest';
import { decodePayload, encodePayload, failureOf, metaOf, optionsAgain, optionsOf, traceOf } from './envelope.js';

const payload = { videoId: 2 ** 50, authorId: 3, version: 4 };
const row = {
  id: 1,
  event_id: 'abcdefghijklmnopqrstu',
  type: 'video.removed',
  payload: encodePayload(VideoRemovedEvent, payload),
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  occurred_at: 1_700_000_000_123,
};
const delivered = (properties: object): GetMessage => ({ content: row.payload, properties }) as unknown as GetMessage;

describe('envelope', () => {
  it('carries payload, identity, time and trace', () => {
    const message = delivered(optionsOf(row));
    expect(decodePayload(VideoRemovedEvent, message.content)).toEqual(payload);
    expect(metaOf(message, 'q')).toEqual({ eventId: row.event_id, type: row.type, queue: 'q', occurredAt: row.occurred_at, attempt: 1 });
    expect(traceOf(message)).toBe(row.traceparent);
  });

  it('keeps all of it on a retry and adds the reason', () => {
    const message = delivered(optionsAgain(delivered(optionsOf(row)), 3, { error: 'Error: no', at: 5 }));
    expect(metaOf(message, 'q')).toEqual({ eventId: row.event_id, type: row.type, queue: 'q', occurredAt: row.occurred_at, attempt: 3 });
    expect(failureOf(message)).toEqual({ error: 'Error: no', failedAt: 5 });
  });

  it('reads a message of a foreign producer', () => {
    expect(metaOf(delivered({}), 'q')).toEqual({ eventId: '', type: '', queue: 'q', occurredAt: 0, attempt: 1 });
    expect(failureOf(delivered({ headers: { 'x-error': 5 } })).error).toContain('delivered too often');
  });
});
