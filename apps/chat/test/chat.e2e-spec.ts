import { ask, must, newUsers, type Actor, type MessageObject } from '@doul/testing';
import { nanoid } from 'nanoid';
import { beforeEach, describe, expect, it } from 'vitest';

let alice: Actor;
let bob: Actor;

beforeEach(async () => {
  [alice, bob] = (await newUsers('alice', 'bob')) as [Actor, Actor];
});

const said = (messages: readonly MessageObject[]): string[] => messages.map((message) => message.content);

describe('messages', () => {
  it('reach a stranger, and each side reads the same conversation', async () => {
    await alice.tells(bob, '你好');
    await bob.tells(alice, '你好呀 😀');
    for (const [one, other] of [
      [alice, bob],
      [bob, alice],
    ] as const) {
      expect(said(await one.messagesWith(other))).toEqual(['你好', '你好呀 😀']);
      expect(said(await one.messagesWith(other, 0))).toEqual(['你好', '你好呀 😀']);
    }
    const [first] = await bob.messagesWith(alice);
    expect(first).toMatchObject({ from_user_id: alice.id, to_user_id: bob.id });
  });

  it('are polled as a client does: only what it received, each line once', async () => {
    await alice.tells(bob, 'a1');
    let seen = await bob.messagesWith(alice);
    const shown = [...said(seen)];
    for (const round of [2, 3, 4]) {
      await Promise.all([alice.tells(bob, `a${round}`), bob.tells(alice, `b${round}`)]);
      const last: number = seen.at(-1)?.create_time ?? 0;
      const news = await bob.messagesWith(alice, last);
      shown.push(...said(news));
      if (news.length > 0) seen = news;
    }
    expect(shown).toEqual(['a1', 'a2', 'a3', 'a4']);
    expect(await bob.messagesWith(alice, seen.at(-1)?.create_time)).toEqual([]);
  });

  it('have strictly increasing times, and all arrive, when both sides type at once', async () => {
    await Promise.all(Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? alice.tells(bob, `m${at}`) : bob.tells(alice, `m${at}`))));
    const messages = await alice.messagesWith(bob);
    expect(messages).toHaveLength(40);
    const times = messages.map((message) => message.create_time);
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
    const walked = await bob.walks<MessageObject>('/douyin/message/chat/', 'message_list', { to_user_id: alice.id, count: 7 });
    expect(walked).toEqual(messages);
  });

  it('are stored once when a client sends a request again with its idempotency key', async () => {
    const call = {
      query: { to_user_id: bob.id, action_type: 1, content: 'once' },
      token: alice.token,
      headers: { 'idempotency-key': nanoid() },
    };
    await Promise.all([must('POST', '/douyin/message/action/', call), must('POST', '/douyin/message/action/', call)]);
    expect(said(await bob.messagesWith(alice))).toEqual(['once']);
  });

  it('go to nobody, to oneself, or with forbidden words not at all', async () => {
    const tell = (to_user_id: number, content: string) =>
      ask('POST', '/douyin/message/action/', { query: { to_user_id, action_type: 1, content }, token: alice.token });
    expect(await tell(alice.id, 'me')).toMatchObject({ status_code: 15002 });
    expect(await tell(2 ** 52, 'nobody')).toMatchObject({ status_code: 15001 });
    expect(await tell(bob.id, '澳门赌场')).toMatchObject({ status_code: 10013 });
    expect(await tell(bob.id, '一起赌博吗')).toMatchObject({ status_code: 10013 });
    await alice.tells(bob, 'what the fuck');
    expect(said(await bob.messagesWith(alice))).toEqual(['what the ****']);
  });
});
