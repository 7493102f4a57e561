import type { Database } from './database.js';

interface StatusRow {
  Variable_name: string;
  Value: string;
}

/** Rows and index entries that this session has read so far. */
async function readSoFar(db: Database): Promise<number> {
  const rows = await db.query<StatusRow>(`SHOW SESSION STATUS LIKE 'Handler\\_read\\_%'`);
  return rows.filter((row) => !row.Variable_name.endsWith('_deleted')).reduce((sum, row) => sum + Number(row.Value), 0);
}

/**
 * How many rows and index entries the statements of some work read, for specs that hold a page's cost to a limit. The database must
 * have one connection (MYSQL_POOL=1), since the server counts by session.
 */
export async function rowsRead(db: Database, work: () => Promise<unknown>): Promise<number> {
  const start = await readSoFar(db);
  // What a look at the counters itself costs is in the difference of the first two.
  const before = await readSoFar(db);
  await work();
  return (await readSoFar(db)) - before - (before - start);
}
