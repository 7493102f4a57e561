import { createCounterTable } from '@doul/data';
import { createOutboxTables, dropOutboxTables } from '@doul/events';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { USER_COUNTER_FIELDS, VIDEO_COUNTER_FIELDS } from '../counters.js';

const TABLE = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci';
const ASCII = 'CHARACTER SET ascii COLLATE ascii_bin NOT NULL';

/** Times are Unix ms. `feed_time` is set exactly while a video is published; `leftovers` = 1 while something may still belong to a removed one. */
const VIDEOS = `CREATE TABLE videos (
  id BIGINT NOT NULL AUTO_INCREMENT,
  author_id BIGINT NOT NULL,
  title VARCHAR(200) NOT NULL,
  state VARCHAR(10) ${ASCII},
  reason VARCHAR(64) ${ASCII} DEFAULT '',
  version BIGINT NOT NULL DEFAULT 1,
  object_key VARCHAR(128) ${ASCII},
  cover_key VARCHAR(128) ${ASCII} DEFAULT '',
  size_bytes BIGINT NOT NULL,
  width INT NOT NULL DEFAULT 0,
  height INT NOT NULL DEFAULT 0,
  duration_ms INT NOT NULL DEFAULT 0,
  request_key VARCHAR(64) ${ASCII},
  created_at BIGINT NOT NULL,
  published_at BIGINT NULL,
  feed_time BIGINT NULL,
  state_at BIGINT NOT NULL,
  claim CHAR(21) ${ASCII} DEFAULT '',
  attempts INT NOT NULL DEFAULT 0,
  leftovers TINYINT NOT NULL DEFAULT 0,
  PRIMARY KEY (id),
  UNIQUE KEY uq_videos_feed_time (feed_time),
  UNIQUE KEY uq_videos_request (author_id, request_key),
  UNIQUE KEY uq_videos_object (object_key),
  KEY ix_videos_author (author_id, id),
  KEY ix_videos_author_state (author_id, state, id),
  KEY ix_videos_state (state, state_at),
  KEY ix_videos_leftovers (leftovers, state_at)
) ${TABLE}`;

export class Videos1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(VIDEOS);
    await runner.query(`CREATE TABLE feed_clock (id TINYINT NOT NULL, last_time BIGINT NOT NULL, PRIMARY KEY (id)) ${TABLE}`);
    await runner.query('INSERT INTO feed_clock (id, last_time) VALUES (1, 0)');
    await runner.query(`CREATE TABLE likes (
      viewer_id BIGINT NOT NULL,
      video_id BIGINT NOT NULL,
      liked_at BIGINT NOT NULL,
      PRIMARY KEY (viewer_id, video_id),
      KEY ix_likes_video (video_id, viewer_id)
    ) ${TABLE}`);
    await runner.query(`CREATE TABLE like_store (id TINYINT NOT NULL, shards SMALLINT NOT NULL, PRIMARY KEY (id)) ${TABLE}`);
    await runner.query(`CREATE TABLE like_offsets (
      shard SMALLINT NOT NULL,
      generation BIGINT NOT NULL,
      last_ms BIGINT NOT NULL,
      last_seq BIGINT NOT NULL,
      PRIMARY KEY (shard)
    ) ${TABLE}`);
    await createCounterTable(runner, 'video_counters', VIDEO_COUNTER_FIELDS);
    await createCounterTable(runner, 'user_counters', USER_COUNTER_FIELDS);
    await createOutboxTables(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropOutboxTables(runner);
    for (const table of ['user_counters', 'video_counters', 'like_offsets', 'like_store', 'likes', 'feed_clock', 'videos']) {
      await runner.query(`DROP TABLE ${table}`);
    }
  }
}
