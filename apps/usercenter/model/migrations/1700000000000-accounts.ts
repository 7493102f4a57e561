import { createOutboxTables, dropOutboxTables } from '@doul/events';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLE = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci';
const ASCII = 'CHARACTER SET ascii COLLATE ascii_bin NOT NULL';

/** `username_hash` is the SHA-256 of the folded name (rpc/username.ts): normalised names have no useful longest length. Times are Unix ms. */
const ACCOUNTS = `CREATE TABLE accounts (
  id BIGINT NOT NULL AUTO_INCREMENT,
  username VARCHAR(32) NOT NULL,
  username_hash BINARY(32) NOT NULL,
  password_hash VARCHAR(160) ${ASCII},
  request_key VARCHAR(64) ${ASCII},
  created_at BIGINT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY uq_accounts_username (username_hash)
) ${TABLE}`;

/** An empty signature or object key stands for the default one. */
const PROFILES = `CREATE TABLE profiles (
  user_id BIGINT NOT NULL,
  name VARCHAR(32) NOT NULL,
  signature VARCHAR(200) NOT NULL DEFAULT '',
  avatar_key VARCHAR(128) ${ASCII} DEFAULT '',
  background_key VARCHAR(128) ${ASCII} DEFAULT '',
  version BIGINT NOT NULL DEFAULT 1,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (user_id)
) ${TABLE}`;

const SESSIONS = `CREATE TABLE sessions (
  id BIGINT NOT NULL AUTO_INCREMENT,
  user_id BIGINT NOT NULL,
  user_agent VARCHAR(200) NOT NULL,
  address VARCHAR(45) ${ASCII},
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked_at BIGINT NULL,
  PRIMARY KEY (id),
  KEY ix_sessions_user (user_id, last_seen_at),
  KEY ix_sessions_revoked (revoked_at, id),
  KEY ix_sessions_expires (expires_at)
) ${TABLE}`;

export class Accounts1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const table of [ACCOUNTS, PROFILES, SESSIONS]) await runner.query(table);
    await createOutboxTables(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropOutboxTables(runner);
    for (const table of ['sessions', 'profiles', 'accounts']) await runner.query(`DROP TABLE ${table}`);
  }
}
