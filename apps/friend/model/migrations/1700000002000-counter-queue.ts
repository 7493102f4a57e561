import { queueCounterChanges, unqueueCounterChanges } from '@doul/data';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = ['user_counters'];

/** A queue of changed counters in the place of a mark in each row. */
export class FollowCounterQueue1700000002000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await queueCounterChanges(runner, table);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await unqueueCounterChanges(runner, table);
  }
}
