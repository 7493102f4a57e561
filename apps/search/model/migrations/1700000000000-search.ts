import type { MigrationInterface, QueryRunner } from 'typeorm';

const ENGINE = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin';
const HEX = 'TEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL';

/** `terms` and `tags` hold terms as `x` + hex of their UTF-8: words that InnoDB's full-text parser keeps whole in any language. */
const VIDEOS = `CREATE TABLE videos (
  id BIGINT NOT NULL,
  version BIGINT NOT NULL,
  removed TINYINT NOT NULL DEFAULT 0,
  author_id BIGINT NOT NULL,
  title_key VARCHAR(128) NOT NULL,
  terms ${HEX},
  tags ${HEX},
  published_at BIGINT NOT NULL,
  popularity INT NOT NULL,
  PRIMARY KEY (id),
  KEY ix_videos_author (author_id),
  KEY ix_videos_title_key (title_key),
  FULLTEXT KEY ft_videos_terms (terms),
  FULLTEXT KEY ft_videos_tags (tags)
) ${ENGINE}`;

const USERS = `CREATE TABLE users (
  id BIGINT NOT NULL,
  version BIGINT NOT NULL,
  name_key VARCHAR(128) NOT NULL,
  username_key VARCHAR(128) NOT NULL,
  terms ${HEX},
  PRIMARY KEY (id),
  KEY ix_users_name_key (name_key),
  KEY ix_users_username_key (username_key),
  FULLTEXT KEY ft_users_terms (terms)
) ${ENGINE}`;

/** The index for installations without Elasticsearch. Derived data: it can be rebuilt from the services at any time. */
export class Search1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [VIDEOS, USERS]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['users', 'videos']) await runner.query(`DROP TABLE ${table}`);
  }
}
