import { Database } from '@doul/data';
import { disposeResources } from '@doul/runtime';
import { afterAll, beforeAll, describe } from 'vitest';
import { migrations } from '../model/migrations/index.js';
import { MysqlEngine } from '../model/mysql/mysql-engine.js';
import { describeEngine } from './engine-behaviour.js';

const SCHEMA = `doul_search_t${process.pid}`;

describe('the MySQL engine', () => {
  const root = new Database('mysql');
  const database = new Database(SCHEMA, { migrations });
  const engine = new MysqlEngine(database);

  beforeAll(async () => {
    await root.execute(`CREATE DATABASE ${SCHEMA}`);
    await (await database.source()).runMigrations();
  });

  afterAll(async () => {
    await root.execute(`DROP DATABASE ${SCHEMA}`);
    await disposeResources();
  });

  describeEngine({
    engine: () => engine,
    reset: async () => {
      for (const table of ['videos', 'users']) {
        await database.execute(`TRUNCATE TABLE ${table}`);
        await database.execute(`ALTER TABLE ${table} COMMENT = ''`);
      }
      for (const table of ['videos_next', 'users_next']) await database.execute(`DROP TABLE IF EXISTS ${table}`);
    },
    settle: async () => undefined,
    hasUnfinished: async () => (await database.query("SHOW TABLES LIKE '%\\_next'")).length > 0,
  });
});
