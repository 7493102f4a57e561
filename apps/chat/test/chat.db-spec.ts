import { nanoid } from 'nanoid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chatFixture } from './chat-fixture.js';

let system: Awaited<ReturnType<typeof chatFixture>>;
beforeAll(async () => {
  system = await chatFixture();
});
afterAll(() => system.close());

const send = (fromUserId: number, toUserId: number, content: string, requestKey = nanoid()) =>
  system.service.send({ fromUserId, toUserId, content, requestKey });
const opening = { afterMs: 0, receivedOnly: false, limit: 0, newest: true };
const read = (viewerId: number, peerId: number, reading: Partial<typeof opening> = {}) =>
  system.service.read({ viewerId, peerId, ...opening, ...reading });
const lines = async (viewerId: number, peerId: number, reading: Partial<typeof opening> = {}) =>
  (await read(viewerId, peerId, reading)).messages.map((message) => message.content);

describe('chat', () => {
  it('shows both sides the whole conversation, oldest first, and nobody else anything', async () => {
    await send(1, 2, 'hi');
    await send(2, 1, 'hello 😀');
    await send(1, 2, 'how are you');
    expect(await lines(1, 2)).toEqual(['hi', 'hello 😀', 'how are you']);
    expect(await lines(2, 1)).toEqual(['hi', 'hello 😀', 'how are you']);
    expect(await lines(3, 1)).toEqual([]);
    const { messages } = await read(1, 2);
    expect(messages[0]).toMatchObject({ fromUserId: 1, toUserId: 2 });
  });

  it('polls for what was received after a time', async () => {
    const first = await send(3, 4, 'a');
    await send(4, 3, 'b');
    await send(3, 4, 'c');
    await send(4, 3, 'd');
    expect(await lines(3, 4, { afterMs: first.createTime, receivedOnly: true, newest: false })).toEqual(['b', 'd']);
    expect(await lines(4, 3, { afterMs: first.createTime, receivedOnly: true, newest: false })).toEqual(['c']);
    const last = (await read(3, 4)).messages.at(-1)?.createTime ?? 0;
    expect(await lines(3, 4, { afterMs: last, receivedOnly: true, newest: false })).toEqual([]);
  });

  it('opens with the newest lines and pages from the oldest', async () => {
    for (let at = 0; at < 7; at += 1) await send(5, 6, `m${at}`);
    expect(await read(5, 6, { limit: 3 })).toMatchObject({
      hasMore: true,
      messages: [{ content: 'm4' }, { content: 'm5' }, { content: 'm6' }],
    });
    const seen: string[] = [];
    for (let after = 0; ;) {
      const page = await read(6, 5, { afterMs: after, limit: 3, newest: false });
      seen.push(...page.messages.map((message) => message.content));
      after = page.messages.at(-1)?.createTime ?? 0;
      if (!page.hasMore) break;
    }
    expect(seen).toEqual(['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6']);
  });

  it('refuses oneself, nobody, and bad text', async () => {
    await expect(send(1, 1, 'me')).rejects.toMatchObject({ name: 'MESSAGE_TO_ONESELF' });
    await expect(read(1, 1)).rejects.toMatchObject({ name: 'MESSAGE_TO_ONESELF' });
    await expect(send(1, 999, 'hello?')).rejects.toMatchObject({ name: 'NO_SUCH_RECIPIENT' });
    await expect(read(1, 999)).rejects.toMatchObject({ name: 'NO_SUCH_RECIPIENT' });
    await expect(send(1, 2, '\u200b ')).rejects.toMatchObject({ name: 'INVALID_PARAMETER' });
    await expect(send(1, 2, 'x'.repeat(1_001))).rejects.toMatchObject({ name: 'INVALID_PARAMETER' });
    await expect(send(1, 2, 'so badblock')).rejects.toMatchObject({ name: 'TEXT_REFUSED', details: { parameter: 'content' } });
    await expect(send(1, 2, 'so badreview')).rejects.toMatchObject({ name: 'TEXT_REFUSED' });
    expect((await send(7, 8, 'so badmask')).content).toBe('so *******');
    expect((await send(7, 8, '😀'.repeat(1_000))).content).toBe('😀'.repeat(1_000));
  });

  it('knows the latest line with each of many peers', async () => {
    await send(10, 11, 'one');
    await send(11, 10, 'two');
    await send(12, 10, 'three');
    const latest = await system.service.latest(10, [11, 12, 13]);
    expect(latest.map(({ fromUserId, content }) => [fromUserId, content]).sort()).toEqual([
      [11, 'two'],
      [12, 'three'],
    ]);
    expect(await system.service.latest(10, [])).toEqual([]);
  });
});
