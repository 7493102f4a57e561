import { createCounterTable } from '@doul/data';
import { createOutboxTables, dropOutboxTables } from '@doul/events';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { FOLLOW_COUNTER_FIELDS } from '../follow-counters.js';

/** Each list of the API is a range of one index: following (by_time), followers (by_followee), friends (by_mutual). */
const FOLLOWS = `CREATE TABLE follows (
  follower_id BIGINT NOT NULL,
  followee_id BIGINT NOT NULL,
  followed_at BIGINT NOT NULL COMMENT 'Unix ms',
  mutual TINYINT NOT NULL DEFAULT 0 COMMENT '1 on both rows while two users follow each other',
  PRIMARY KEY (follower_id, followee_id),
  KEY by_time (follower_id, followed_at, followee_id),
  KEY by_followee (followee_id, followed_at, follower_id),
  KEY by_mutual (follower_id, mutual, followed_at, followee_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='Who follows whom'`;

const COUNTERS = 'Users followed and followers of each user; follow_version grows with each change of whom the user follows';

export class Follows1700000000000 implements MigrationInterface {
  name = 'Follows1700000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(FOLLOWS);
    await createCounterTable(runner, 'user_counters', FOLLOW_COUNTER_FIELDS, COUNTERS);
    await createOutboxTables(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropOutboxTables(runner);
    await runner.query('DROP TABLE user_counters, follows');
  }
}
