import { Database, type Tx } from '@doul/data';
import { Injectable } from '@nestjs/common';

export type StoredLevel = 'block' | 'mask' | 'review' | 'allow';

export interface StoredWord {
  text: string;
  level: StoredLevel;
}

/** The word lists and their version. */
@Injectable()
export class WordRepository {
  constructor(private readonly db: Database) {}

  /**
   * A page of the lists in order of text. The version is read first: words newer than it are possible, and then its next
   * announcement makes the reader come again.
   */
  async page(afterText: string, limit: number): Promise<{ version: number; words: StoredWord[] }> {
    const version = await this.version(this.db);
    const words = await this.db.query<StoredWord>('SELECT text, level FROM words WHERE text > ? ORDER BY text LIMIT ?', [afterText, limit]);
    return { version, words };
  }

  /** Adds words and sets the level of those that exist; the version grows only if something changed. */
  add(words: readonly StoredWord[]): Promise<number> {
    return this.change((tx) =>
      tx.execute('INSERT INTO words (text, level) VALUES ? ON DUPLICATE KEY UPDATE level = VALUES(level)', [
        words.map(({ text, level }) => [text, level]),
      ]),
    );
  }

  remove(texts: readonly string[]): Promise<number> {
    return this.change((tx) => tx.execute('DELETE FROM words WHERE text IN (?)', [texts]));
  }

  /** Changes of the lists follow each other: the version's row is locked first. */
  private change(work: (tx: Tx) => Promise<{ affected: number }>): Promise<number> {
    return this.db.transaction(async (tx) => {
      await tx.query('SELECT version FROM word_version WHERE id = 1 FOR UPDATE');
      const { affected } = await work(tx);
      if (affected > 0) await tx.execute('UPDATE word_version SET version = version + 1 WHERE id = 1');
      return this.version(tx);
    });
  }

  private async version(runner: Pick<Database, 'one'>): Promise<number> {
    return (await runner.one<{ version: number }>('SELECT version FROM word_version WHERE id = 1'))?.version ?? 0;
  }
}
