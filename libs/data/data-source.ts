import { addReadyCheck, resource } from '@doul/runtime';
import type { Pool, PoolConnection } from 'mysql2';
import { DataSource, type MigrationInterface } from 'typeorm';
import { dataConfig } from './data.config.js';

export type MigrationClass = new () => MigrationInterface;
export type EntityClass = new () => object;

export interface SchemaOptions {
  entities?: readonly EntityClass[];
  /** Listed explicitly, in order, by the app's `model/migrations/index.ts`. */
  migrations?: readonly MigrationClass[];
}

/** How long the server may keep a transaction waiting for a row lock, in s; below the statement's own deadline. */
const LOCK_WAIT_SECONDS = 4;

/**
 * Each connection's session: read committed (InnoDB's gap locks under repeatable read cause deadlocks between unrelated inserts, and
 * TiDB has none: our code takes the locks it needs by name), and the server's own limits, so that it stops work nobody waits for.
 */
function sessionSql(type: 'mariadb' | 'mysql', deadlineMs: number): string {
  const limit = type === 'mariadb' ? `max_statement_time = ${deadlineMs / 1_000}` : `max_execution_time = ${deadlineMs}`;
  return `SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; SET SESSION innodb_lock_wait_timeout = ${LOCK_WAIT_SECONDS}, ${limit}`;
}

/** Callers waiting for a connection; one more is refused at once. Ten connections serve this many short statements in about a second. */
const MAX_WAITING = 1_000;

export function newDataSource(schema: string, options: SchemaOptions = {}): DataSource {
  const { MYSQL_URL, MYSQL_TYPE, MYSQL_POOL, MYSQL_DEADLINE_MS } = dataConfig();
  const url = new URL(MYSQL_URL);
  return new DataSource({
    type: MYSQL_TYPE,
    host: url.hostname,
    port: Number(url.port || 3306),
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: schema,
    charset: 'utf8mb4_unicode_ci',
    timezone: 'Z',
    // Ids stay below 2^53, so BIGINT and DECIMAL are numbers; the driver gives a string only beyond that.
    supportBigNumbers: true,
    bigNumberStrings: false,
    connectTimeout: MYSQL_DEADLINE_MS,
    poolSize: MYSQL_POOL,
    // Several statements in one message, for transactions: values never become part of a statement except as its quoted parameters.
    extra: { decimalNumbers: true, enableKeepAlive: true, queueLimit: MAX_WAITING, multipleStatements: true },
    synchronize: false,
    migrationsTransactionMode: 'each',
    entities: [...(options.entities ?? [])],
    migrations: [...(options.migrations ?? [])],
  });
}

/** The driver's pool behind a TypeORM data source. */
export const poolOf = (source: DataSource): Pool => (source.driver as unknown as { pool: Pool }).pool;

async function openDataSource(schema: string, options: SchemaOptions): Promise<DataSource> {
  const { MYSQL_TYPE, MYSQL_DEADLINE_MS } = dataConfig();
  const source = await newDataSource(schema, options).initialize();
  const statements = sessionSql(MYSQL_TYPE, MYSQL_DEADLINE_MS).split('; ');
  const prepare = (connection: PoolConnection): void => {
    for (const sql of statements) connection.query(sql, (error) => void (error && connection.destroy()));
  };
  poolOf(source).on('connection', prepare);
  // initialize() has made and pooled connections before the listener was there.
  await new Promise<void>((resolve) => {
    poolOf(source).getConnection((error, connection) => {
      if (!error) {
        prepare(connection);
        connection.release();
      }
      resolve();
    });
  });
  return source;
}

const declared = new Map<string, SchemaOptions>();

/** Says what a schema consists of, for whoever opens it first: the service's model, or a library that only knows its name. */
export const declareSchema = (schema: string, options: SchemaOptions): void => void declared.set(schema, options);

/** The one data source (and pool) of a schema in this process; opened on first use, closed on stop. */
export function dataSource(schema: string): Promise<DataSource> {
  return resource(
    `mysql:${schema}`,
    () => openDataSource(schema, declared.get(schema) ?? {}),
    (source) => source.destroy(),
  );
}

/** Readiness follows the database: a process that cannot reach its schema should get no traffic. */
export function watchReadiness(schema: string, ping: () => Promise<unknown>): void {
  addReadyCheck({ name: `mysql:${schema}`, check: async () => void (await ping()) });
}
