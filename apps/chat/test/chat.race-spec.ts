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
const all = async (a: number, b: number) =>
  (await system.service.read({ viewerId: a, peerId: b, afterMs: 0, receivedOnly: false, limit: 0, newest: false })).messages;

describe('chat under concurrency', () => {
  it('gives 100 messages sent at once by both sides strictly increasing times and loses none', async () => {
    const sent = await Promise.all(Array.from({ length: 100 }, (_, at) => (at % 2 === 0 ? send(1, 2, `m${at}`) : send(2, 1, `m${at}`))));
    const messages = await all(1, 2);
    expect(messages).toHaveLength(100);
    expect(new Set(messages.map((message) => message.content)).size).toBe(100);
    const times = messages.map((message) => message.createTime);
    expect(times.every((time, at) => at === 0 || time > (times[at - 1] ?? 0))).toBe(true);
    expect(messages.map((message) => message.id).sort()).toEqual(sent.map((message) => message.id).sort());
    const [latest] = await system.service.latest(1, [2]);
    expect(latest?.id).toBe(messages.at(-1)?.id);
  });

  it('never lets a poll overtake a message that commits later', async () => {
    const seen: string[] = [];
    let done = false;
    let after = 0;
    const poll = async (): Promise<void> => {
      const page = await system.service.read({ viewerId: 4, peerId: 3, afterMs: after, receivedOnly: true, limit: 0, newest: false });
      seen.push(...page.messages.map((message) => message.content));
      after = page.messages.at(-1)?.createTime ?? after;
    };
    const polling = (async () => {
      while (!done) await poll();
    })();
    await Promise.all(Array.from({ length: 100 }, (_, at) => send(3, 4, `m${at}`)));
    done = true;
    await polling;
    await poll();
    expect(seen).toHaveLength(100);
    expect(new Set(seen).size).toBe(100);
  });

  it('gives one message for one request key, however often and at once it is sent', async () => {
    const key = nanoid();
    const sent = await Promise.all(Array.from({ length: 20 }, () => send(5, 6, 'once', key)));
    expect(new Set(sent.map((message) => message.id)).size).toBe(1);
    expect(await all(5, 6)).toHaveLength(1);
    const events = await system.database.query(`SELECT id FROM outbox WHERE type = 'message.sent'`);
    expect(events).toHaveLength(201);
  });

  it('starts one conversation when both sides write first', async () => {
    await Promise.all(Array.from({ length: 10 }, (_, at) => [send(20 + at, 40 + at, 'a'), send(40 + at, 20 + at, 'b')]).flat());
    for (let at = 0; at < 10; at += 1) expect(await all(20 + at, 40 + at)).toHaveLength(2);
  });
});
