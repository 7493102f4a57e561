import { expect, it } from 'vitest';
import { eventTable, MessageSentEvent, VideoPublishedEvent } from './events.js';

it('has each type once, named <thing>.<what happened>, with its message and a sentence', () => {
  const types = eventTable().map((event) => event.type);
  expect(new Set(types).size).toBe(types.length);
  for (const { type, message, doc } of eventTable()) {
    expect(type).toMatch(/^(user|video|comment|message)\.[a-z]+$/);
    expect(message).toMatch(/^[A-Z]\w+$/);
    expect(doc).toMatch(/\.$/);
  }
  expect(types).toContain(VideoPublishedEvent.type);
});

it('has payloads whose empty form survives the wire', () => {
  for (const { codec } of eventTable()) {
    const empty = codec.decode(new Uint8Array());
    expect(codec.decode(codec.encode(empty).finish())).toEqual(empty);
  }
  expect(MessageSentEvent.message).toBe('MessageSent');
});
