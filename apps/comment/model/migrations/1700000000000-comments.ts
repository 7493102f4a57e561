import { createCounterTable } from '@doul/data';
import { createOutboxTables, dropOutboxTables } from '@doul/events';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { COMMENT_COUNTER_FIELDS } from '../counters.js';

const TABLE = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci';
const ASCII = 'CHARACTER SET ascii COLLATE ascii_bin NOT NULL';

/** Times are Unix ms. */
const COMMENTS = `CREATE TABLE comments (
  id BIGINT NOT NULL AUTO_INCREMENT,
  video_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  content VARCHAR(500) NOT NULL,
  state VARCHAR(8) ${ASCII},
  request_key VARCHAR(64) ${ASCII},
  created_at BIGINT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY uq_comments_request (user_id, request_key),
  KEY ix_comments_video (video_id, state, id)
) ${TABLE}`;

/** Comments in state review: few rows, so that neither their authors nor reviewers search through all comments for them. */
const REVIEWS = `CREATE TABLE comment_reviews (
  comment_id BIGINT NOT NULL,
  video_id BIGINT NOT NULL,
  user_id BIGINT NOT NULL,
  PRIMARY KEY (comment_id),
  KEY ix_reviews_author (video_id, user_id, comment_id)
) ${TABLE}`;

export class Comments1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(COMMENTS);
    await runner.query(REVIEWS);
    await createCounterTable(runner, 'comment_counters', COMMENT_COUNTER_FIELDS);
    await createOutboxTables(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropOutboxTables(runner);
    for (const table of ['comment_counters', 'comment_reviews', 'comments']) await runner.query(`DROP TABLE ${table}`);
  }
}
