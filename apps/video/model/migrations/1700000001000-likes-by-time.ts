import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A viewer's likes by time: the part of long favourite lists that Redis does not hold is paged with it. */
export class LikesByTime1700000001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE likes ADD KEY ix_likes_time (viewer_id, liked_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE likes DROP KEY ix_likes_time');
  }
}
