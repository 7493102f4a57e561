import {
  WordLevel,
  WordServiceDefinition,
  type AddWordsRequest,
  type AddWordsResponse,
  type ListWordsRequest,
  type ListWordsResponse,
  type RemoveWordsRequest,
  type RemoveWordsResponse,
} from '@doul/contracts';
import { RpcController, type RpcHandlers } from '@doul/rpc';
import { CommentErrors } from '../comment.errors.js';
import type { StoredLevel } from '../model/word.repository.js';
import { WordService } from './word.service.js';

const TO_WIRE: Record<StoredLevel, WordLevel> = {
  block: WordLevel.BLOCK,
  mask: WordLevel.MASK,
  review: WordLevel.REVIEW,
  allow: WordLevel.ALLOW,
};
const FROM_WIRE = new Map<WordLevel, StoredLevel>(Object.entries(TO_WIRE).map(([stored, wire]) => [wire, stored as StoredLevel]));

function levelOf(level: WordLevel, word: string): StoredLevel {
  const stored = FROM_WIRE.get(level);
  if (!stored) throw CommentErrors.BAD_WORD({ word: word.slice(0, 64) });
  return stored;
}

@RpcController(WordServiceDefinition)
export class WordRpc implements RpcHandlers<typeof WordServiceDefinition> {
  constructor(private readonly words: WordService) {}

  async listWords({ cursor, limit }: ListWordsRequest): Promise<ListWordsResponse> {
    const { version, words, nextCursor } = await this.words.list(cursor, limit);
    return { version, nextCursor, words: words.map(({ text, level }) => ({ text, level: TO_WIRE[level] })) };
  }

  async addWords({ words }: AddWordsRequest): Promise<AddWordsResponse> {
    return { version: await this.words.add(words.map(({ text, level }) => ({ text: text.trim(), level: levelOf(level, text) }))) };
  }

  async removeWords({ texts }: RemoveWordsRequest): Promise<RemoveWordsResponse> {
    return { version: await this.words.remove(texts.map((text) => text.trim())) };
  }
}
