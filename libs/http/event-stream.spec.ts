import { describe, expect, it } from 'vitest';
import { EventStream, type StreamedEvent } from './event-stream.js';

const event = (id: number): StreamedEvent => ({ id: String(id), event: 'status', data: { percent: id } });

async function textOf(stream: EventStream): Promise<string> {
  const chunks: string[] = [];
  for await (const chunk of stream.body()) chunks.push(String(chunk));
  return chunks.join('');
}

describe('a stream of events', () => {
  it('tells what each look finds, in order, and ends when it is over', async () => {
    const looks = [[event(1), event(2)], [], [event(3)]];
    const poll = () => Promise.resolve({ events: looks.shift() ?? [], isOver: looks.length === 0 });
    const text = await textOf(new EventStream({ poll, everyMs: 1 }));
    expect(text).toBe(
      'retry: 1000\n\n' +
        'id: 1\nevent: status\ndata: {"percent":1}\n\n' +
        'id: 2\nevent: status\ndata: {"percent":2}\n\n' +
        'id: 3\nevent: status\ndata: {"percent":3}\n\n',
    );
  });

  it('ends after its lifetime, so that the client comes back', async () => {
    const poll = () => Promise.resolve({ events: [], isOver: false });
    expect(await textOf(new EventStream({ poll, everyMs: 5, lifetimeMs: 30 }))).toBe('retry: 1000\n\n');
  });

  it('breaks off when it cannot look, and is not looked for when nobody reads', async () => {
    await expect(textOf(new EventStream({ poll: () => Promise.reject(new Error('away')) }))).rejects.toThrow('away');
    let looks = 0;
    const poll = () => Promise.resolve({ events: [event((looks += 1))], isOver: false });
    const body = new EventStream({ poll, everyMs: 1 }).body();
    body.once('data', () => body.destroy());
    await new Promise((done) => body.once('close', done));
    const seen = looks;
    await new Promise((done) => setTimeout(done, 30));
    expect(looks).toBe(seen);
  });
});
