import { WordLevel, WordServiceDefinition, type ListWordsRequest, type Word } from '@doul/contracts';
import { RpcController, rpcLayer } from '@doul/rpc';
import type { StartedTransport } from '@doul/runtime';
import { Module } from '@nestjs/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commentWords } from './word-source.js';

const stored = { version: 1, words: [] as Word[], onPage: (_cursor: string): void => undefined };
const { name, fullName, methods } = WordServiceDefinition;

@RpcController({ name, fullName, methods: { listWords: methods.listWords } })
class FakeWords {
  async listWords({ cursor, limit }: ListWordsRequest) {
    stored.onPage(cursor);
    const from = Number(cursor);
    const nextCursor = from + limit < stored.words.length ? String(from + limit) : '';
    return { version: stored.version, words: stored.words.slice(from, from + limit), nextCursor };
  }
}

@Module({ controllers: [FakeWords] })
class FakeComment {}

let running: StartedTransport;
beforeAll(async () => {
  const layer = rpcLayer(FakeComment, { service: 'comment' });
  running = await layer.transport.start([layer]);
});
afterAll(() => running.close());

it('reads every page of the list and leaves out levels it does not know', async () => {
  stored.words = Array.from({ length: 4_500 }, (_, at) => ({ text: `词${at}`, level: WordLevel.MASK }));
  stored.words.push({ text: '未知', level: WordLevel.UNSPECIFIED }, { text: '无辜', level: WordLevel.ALLOW });
  const { version, words } = await commentWords().read();
  expect(version).toBe(1);
  expect(words).toHaveLength(4_501);
  expect(words.at(-1)).toEqual({ text: '无辜', level: 'allow' });
  expect(await commentWords().version()).toBe(1);
});

it('starts again when the list changes between two pages', async () => {
  let changes = 2;
  stored.onPage = (cursor) => {
    if (cursor !== '' && changes > 0) {
      changes -= 1;
      stored.version += 1;
      stored.words.unshift({ text: `新${changes}`, level: WordLevel.BLOCK });
    }
  };
  const { version, words } = await commentWords().read();
  expect(version).toBe(3);
  expect(words.filter(({ level }) => level === 'block').map(({ text }) => text)).toEqual(['新0', '新1']);
  expect(words).toHaveLength(4_503);
});
