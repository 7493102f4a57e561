import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Removed videos have no jobs any more; those of videos that were removed before would wait for ever. */
export class JobsOfRemovedVideos1700000005000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query("DELETE j FROM media_jobs j JOIN videos v ON v.id = j.video_id WHERE v.state = 'removed'");
  }

  async down(): Promise<void> {
    // Nobody works on a removed video.
  }
}
