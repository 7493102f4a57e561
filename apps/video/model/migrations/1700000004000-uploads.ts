import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLE = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci';
const ASCII = 'CHARACTER SET ascii COLLATE ascii_bin NOT NULL';

/** Times are Unix ms. Each open upload holds one of its author's slots, so that there are never more of them than slots. */
const UPLOADS = `CREATE TABLE uploads (
  id BIGINT NOT NULL AUTO_INCREMENT,
  upload_id CHAR(21) ${ASCII},
  author_id BIGINT NOT NULL,
  slot SMALLINT NULL,
  state VARCHAR(10) ${ASCII},
  title VARCHAR(200) NOT NULL,
  file_name VARCHAR(255) NOT NULL,
  content_type VARCHAR(64) ${ASCII},
  size_bytes BIGINT NOT NULL,
  sha256 VARCHAR(64) ${ASCII},
  part_size BIGINT NOT NULL,
  part_count INT NOT NULL,
  object_key VARCHAR(128) ${ASCII},
  store_id VARCHAR(128) ${ASCII},
  request_key VARCHAR(64) ${ASCII},
  video_id BIGINT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  state_at BIGINT NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY uq_uploads_upload (upload_id),
  UNIQUE KEY uq_uploads_slot (author_id, slot),
  UNIQUE KEY uq_uploads_request (author_id, request_key),
  UNIQUE KEY uq_uploads_object (object_key),
  KEY ix_uploads_author_state (author_id, state, id),
  KEY ix_uploads_state (state, state_at),
  KEY ix_uploads_expiry (state, expires_at)
) ${TABLE}`;

export class Uploads1700000004000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UPLOADS);
    await runner.query(`CREATE TABLE upload_parts (
      upload BIGINT NOT NULL,
      number INT NOT NULL,
      size BIGINT NOT NULL,
      etag VARCHAR(64) ${ASCII},
      PRIMARY KEY (upload, number)
    ) ${TABLE}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE upload_parts');
    await runner.query('DROP TABLE uploads');
  }
}
