import { createOutboxTables, dropOutboxTables } from '@doul/events';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLE = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci';

/** Times are Unix ms. */
const MESSAGES = `CREATE TABLE messages (
  id BIGINT NOT NULL AUTO_INCREMENT,
  conversation_id BIGINT NOT NULL,
  from_user_id BIGINT NOT NULL,
  to_user_id BIGINT NOT NULL,
  content VARCHAR(1000) NOT NULL,
  request_key VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  create_time BIGINT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY uq_messages_time (conversation_id, create_time),
  UNIQUE KEY uq_messages_request (from_user_id, request_key)
) ${TABLE}`;

export class Conversations1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE conversations (
      id BIGINT NOT NULL AUTO_INCREMENT,
      low_user_id BIGINT NOT NULL,
      high_user_id BIGINT NOT NULL,
      last_time BIGINT NOT NULL DEFAULT 0,
      last_message_id BIGINT NOT NULL DEFAULT 0,
      PRIMARY KEY (id),
      UNIQUE KEY uq_conversations_users (low_user_id, high_user_id)
    ) ${TABLE}`);
    await runner.query(MESSAGES);
    await createOutboxTables(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropOutboxTables(runner);
    await runner.query('DROP TABLE messages');
    await runner.query('DROP TABLE conversations');
  }
}
