import { childLog, etcd } from '@doul/runtime';
import { WORDS_VERSION_KEY, charLength, isBlank } from '@doul/text';
import { Injectable } from '@nestjs/common';
import { CommentErrors } from '../comment.errors.js';
import { WordRepository, type StoredWord } from '../model/word.repository.js';
import { pageLimit } from './cursor.js';

const log = childLog('words');

const MAX_PAGE = 5_000;
const MAX_WORD_LENGTH = 64;

/** For operators: the lists of the word filter. */
@Injectable()
export class WordService {
  constructor(private readonly words: WordRepository) {}

  /** The cursor is the last text of the page before. */
  async list(cursor: string, asked: number): Promise<{ version: number; words: StoredWord[]; nextCursor: string }> {
    const limit = pageLimit(asked, MAX_PAGE);
    const { version, words } = await this.words.page(cursor, limit + 1);
    const page = words.slice(0, limit);
    return { version, words: page, nextCursor: words.length > limit ? (page.at(-1)?.text ?? '') : '' };
  }

  /** @throws DoulError BAD_WORD */
  async add(words: readonly StoredWord[]): Promise<number> {
    for (const { text } of words) checkWord(text);
    return this.announced(words.length === 0 ? this.version() : this.words.add(words));
  }

  async remove(texts: readonly string[]): Promise<number> {
    return this.announced(texts.length === 0 ? this.version() : this.words.remove(texts));
  }

  private async version(): Promise<number> {
    return (await this.words.page('', 1)).version;
  }

  /** Tells every process of the new version. Not waited for: they also ask every few seconds, so etcd may be away. */
  private async announced(change: Promise<number>): Promise<number> {
    const version = await change;
    etcd()
      .then((client) => client.put(WORDS_VERSION_KEY, String(version)))
      .catch((error: unknown) => log.warn({ err: error, version }, 'could not announce the word list'));
    return version;
  }
}

function checkWord(text: string): void {
  if (isBlank(text) || charLength(text) > MAX_WORD_LENGTH || /[\r\n]/.test(text))
    throw CommentErrors.BAD_WORD({ word: text.slice(0, MAX_WORD_LENGTH) });
}
