import { DEFAULT_WORDS } from '@doul/text';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLE = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin';

export class Words1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE words (
      text VARCHAR(64) NOT NULL,
      level VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
      PRIMARY KEY (text)
    ) ${TABLE}`);
    await runner.query(`CREATE TABLE word_version (id TINYINT NOT NULL, version BIGINT NOT NULL, PRIMARY KEY (id)) ${TABLE}`);
    await runner.query('INSERT INTO word_version (id, version) VALUES (1, 1)');
    await runner.query('INSERT IGNORE INTO words (text, level) VALUES ?', [DEFAULT_WORDS.map(({ text, level }) => [text, level])]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE word_version');
    await runner.query('DROP TABLE words');
  }
}
