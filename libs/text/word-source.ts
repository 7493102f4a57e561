import { WordLevel as Level, WordServiceDefinition } from '@doul/contracts';
import { rpcClient } from '@doul/rpc';
import type { WordEntry, WordLevel } from './word-set.js';

export interface WordList {
  /** Grows with every change. */
  version: number;
  words: WordEntry[];
}

/** Where a filter reads its words. */
export interface WordSource {
  /** Version of the list now; cheap. */
  version(): Promise<number>;
  /** The whole list. Rejects when it cannot be read in one piece. */
  read(): Promise<WordList>;
}

const PAGE_WORDS = 2_000;
const READ_TRIES = 5;
const PAGE_MS = 5_000;

const LEVELS: Partial<Record<Level, WordLevel>> = {
  [Level.BLOCK]: 'block',
  [Level.MASK]: 'mask',
  [Level.REVIEW]: 'review',
  [Level.ALLOW]: 'allow',
};

/** Comment's word lists, through its RPC. */
export function commentWords(): WordSource {
  const client = rpcClient(WordServiceDefinition);
  const page = (cursor: string, limit: number) => client.listWords({ cursor, limit }, { deadlineMs: PAGE_MS });

  /** @returns undefined when the list changed while it was read */
  async function tryRead(): Promise<WordList | undefined> {
    let answer = await page('', PAGE_WORDS);
    const { version } = answer;
    const found = [...answer.words];
    while (answer.nextCursor !== '') {
      answer = await page(answer.nextCursor, PAGE_WORDS);
      if (answer.version !== version) return undefined;
      found.push(...answer.words);
    }
    // A level that this release does not know yet is not guessed at.
    const words = found.flatMap(({ text, level }) => (LEVELS[level] ? [{ text, level: LEVELS[level] }] : []));
    return { version, words };
  }

  return {
    version: async () => (await page('', 1)).version,
    async read() {
      for (let tries = 0; tries < READ_TRIES; tries += 1) {
        const list = await tryRead();
        if (list) return list;
      }
      throw new Error('the word list changes too fast to be read');
    },
  };
}
