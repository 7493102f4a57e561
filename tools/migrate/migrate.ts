import { newDataSource } from '@doul/data';
import type { DataSource } from 'typeorm';
import type { MigrationSet } from './migration-sets.js';

/** How long one migrating process waits for another, in s. */
const LOCK_SECONDS = 120;
const LOCK = 'doul-migrate';

export interface Migrated {
  schema: string;
  /** Names of the migrations that ran now. */
  ran: string[];
}

/** A connection to the server that belongs to no service's schema. */
async function withServer<T>(work: (server: DataSource) => Promise<T>): Promise<T> {
  const server = await newDataSource('information_schema').initialize();
  try {
    return await work(server);
  } finally {
    await server.destroy();
  }
}

async function migrateOne({ schema, migrations }: MigrationSet): Promise<Migrated> {
  const source = await newDataSource(schema, { migrations }).initialize();
  try {
    const ran = await source.runMigrations({ transaction: 'each' });
    return { schema, ran: ran.map((migration) => migration.name) };
  } finally {
    await source.destroy();
  }
}

/** Creates the schemas that are missing and brings each to its last migration. Safe to start several times at once. */
export async function migrateAll(sets: readonly MigrationSet[]): Promise<Migrated[]> {
  return withServer(async (server) => {
    // The lock belongs to a session, so it needs a connection of its own until the end.
    const runner = server.createQueryRunner();
    try {
      const [row] = (await runner.query('SELECT GET_LOCK(?, ?) AS held', [LOCK, LOCK_SECONDS])) as { held: number }[];
      if (row?.held !== 1) throw new Error('another process has been migrating for too long');
      const done: Migrated[] = [];
      for (const set of sets) {
        await runner.query(`CREATE DATABASE IF NOT EXISTS \`${set.schema}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`);
        done.push(await migrateOne(set));
      }
      return done;
    } finally {
      await runner.query('SELECT RELEASE_LOCK(?)', [LOCK]);
      await runner.release();
    }
  });
}
