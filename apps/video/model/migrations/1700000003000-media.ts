import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLE = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci';
const ASCII = 'CHARACTER SET ascii COLLATE ascii_bin NOT NULL';

/**
 * Steps of processing as jobs under leases, what has been made of a video, and the history of its state. Times are Unix ms.
 * `original` = 1 while the uploaded object is kept.
 */
export class Media1700000003000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE videos
      MODIFY state VARCHAR(12) ${ASCII},
      ADD COLUMN media_set VARCHAR(21) ${ASCII} DEFAULT '',
      ADD COLUMN pictures TINYINT NOT NULL DEFAULT 0,
      ADD COLUMN blurhash VARCHAR(64) ${ASCII} DEFAULT '',
      ADD COLUMN renditions TEXT NULL,
      ADD COLUMN sha256 VARCHAR(64) ${ASCII} DEFAULT '',
      ADD COLUMN original TINYINT NOT NULL DEFAULT 1,
      ADD KEY ix_videos_media_set (media_set)`);
    await runner.query(`CREATE TABLE media_jobs (
      id BIGINT NOT NULL AUTO_INCREMENT,
      video_id BIGINT NOT NULL,
      step VARCHAR(10) ${ASCII},
      state VARCHAR(8) ${ASCII},
      claims INT NOT NULL DEFAULT 0,
      failures INT NOT NULL DEFAULT 0,
      lease_owner VARCHAR(21) ${ASCII} DEFAULT '',
      lease_until BIGINT NOT NULL DEFAULT 0,
      run_at BIGINT NOT NULL,
      woken_at BIGINT NOT NULL,
      percent TINYINT NOT NULL DEFAULT 0,
      argument TEXT NULL,
      scratch VARCHAR(21) ${ASCII} DEFAULT '',
      error VARCHAR(500) NOT NULL DEFAULT '',
      created_at BIGINT NOT NULL,
      state_at BIGINT NOT NULL,
      PRIMARY KEY (id),
      UNIQUE KEY uq_media_jobs_step (video_id, step),
      KEY ix_media_jobs_state (state, run_at),
      KEY ix_media_jobs_step (step, state)
    ) ${TABLE}`);
    await runner.query(`CREATE TABLE media_events (
      id BIGINT NOT NULL AUTO_INCREMENT,
      video_id BIGINT NOT NULL,
      happened_at BIGINT NOT NULL,
      state VARCHAR(12) ${ASCII},
      percent TINYINT NOT NULL,
      reason VARCHAR(64) ${ASCII} DEFAULT '',
      renditions VARCHAR(100) ${ASCII} DEFAULT '',
      PRIMARY KEY (id),
      KEY ix_media_events_video (video_id, id),
      KEY ix_media_events_time (happened_at)
    ) ${TABLE}`);
    // What an older worker had claimed begins again; what waits becomes a job.
    await runner.query("UPDATE videos SET state = 'uploaded' WHERE state = 'processing'");
    await runner.query(`INSERT INTO media_jobs (video_id, step, state, run_at, woken_at, created_at, state_at)
      SELECT id, 'probe', 'waiting', state_at, 0, created_at, state_at FROM videos WHERE state = 'uploaded'`);
    await runner.query('ALTER TABLE videos DROP COLUMN claim, DROP COLUMN attempts');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE media_events');
    await runner.query('DROP TABLE media_jobs');
    await runner.query("UPDATE videos SET state = 'uploaded' WHERE state IN ('probing', 'transcoding')");
    await runner.query(`ALTER TABLE videos
      DROP KEY ix_videos_media_set,
      DROP COLUMN media_set, DROP COLUMN pictures, DROP COLUMN blurhash, DROP COLUMN renditions, DROP COLUMN sha256, DROP COLUMN original,
      ADD COLUMN claim CHAR(21) ${ASCII} DEFAULT '',
      ADD COLUMN attempts INT NOT NULL DEFAULT 0,
      MODIFY state VARCHAR(10) ${ASCII}`);
  }
}
