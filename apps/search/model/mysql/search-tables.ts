import { sqlCode, type Database, type SqlParam } from '@doul/data';

export type Table = 'videos' | 'users';
export const TABLES: readonly Table[] = ['videos', 'users'];

type Row = Record<string, SqlParam> & { id: number; version: number };

/** Tokens of some titles take a few KB a row; this keeps a statement far below max_allowed_packet. */
const ROWS_PER_STATEMENT = 200;

/** The comment of a table that was filled to its end. */
const FILLED = 'filled';

const nextOf = (table: Table): string => `${table}_next`;
const oldOf = (table: Table): string => `${table}_old`;

/** The tables of the MySQL engine: one live table of a kind, and `<table>_next` beside it while it is rebuilt. */
export class SearchTables {
  constructor(private readonly database: Database) {}

  /** Writes rows whose version is newer than the stored one to the live table and to the one under construction. */
  async write(table: Table, rows: readonly Row[]): Promise<void> {
    // The next table first: if it was promoted meanwhile it is the live one, which is written after it.
    if (await this.exists(nextOf(table))) await this.upsert(nextOf(table), rows).catch(ignoreMissingTable);
    await this.upsert(table, rows);
  }

  async writeNext(table: Table, rows: readonly Row[]): Promise<void> {
    await this.upsert(nextOf(table), rows);
  }

  private async upsert(table: string, rows: readonly Row[]): Promise<void> {
    const [first] = rows;
    if (!first) return;
    const columns = Object.keys(first);
    // Assignments run in order: the version changes last, because the others are compared with it.
    const changes = columns
      .filter((column) => column !== 'id' && column !== 'version')
      .map((column) => `${column} = IF(VALUES(version) > version, VALUES(${column}), ${column})`);
    const sql = `INSERT INTO ${table} (${columns.join(', ')}) VALUES ? ON DUPLICATE KEY UPDATE ${changes.join(', ')},
      version = GREATEST(version, VALUES(version))`;
    for (let from = 0; from < rows.length; from += ROWS_PER_STATEMENT) {
      const values = rows.slice(from, from + ROWS_PER_STATEMENT).map((row) => columns.map((column) => row[column] ?? null));
      await this.database.transaction((tx) => tx.execute(sql, [values]));
    }
  }

  private async exists(table: string): Promise<boolean> {
    const sql = 'SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?';
    return (await this.database.one(sql, [table])) !== undefined;
  }

  /** A comment of a table is part of it, so it comes and goes with it. */
  async isFilled(table: Table): Promise<boolean> {
    const sql = 'SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ? AND table_comment = ?';
    return (await this.database.one(sql, [table, FILLED])) !== undefined;
  }

  async markFilled(table: Table): Promise<void> {
    await this.comment(table, FILLED);
  }

  private async comment(table: string, text: string): Promise<void> {
    await this.database.execute(`ALTER TABLE ${table} COMMENT = '${text}'`);
  }

  async startNext(): Promise<void> {
    await this.dropNext();
    for (const table of TABLES) {
      await this.database.execute(`CREATE TABLE ${nextOf(table)} LIKE ${table}`);
      await this.comment(nextOf(table), '');
    }
  }

  /** Both new tables become live in one step. */
  async promoteNext(): Promise<void> {
    for (const table of TABLES) await this.comment(nextOf(table), FILLED);
    for (const table of TABLES) await this.database.execute(`DROP TABLE IF EXISTS ${oldOf(table)}`);
    const renames = TABLES.flatMap((table) => [`${table} TO ${oldOf(table)}`, `${nextOf(table)} TO ${table}`]);
    await this.database.execute(`RENAME TABLE ${renames.join(', ')}`);
    for (const table of TABLES) await this.database.execute(`DROP TABLE IF EXISTS ${oldOf(table)}`);
  }

  async dropNext(): Promise<void> {
    for (const table of TABLES) await this.database.execute(`DROP TABLE IF EXISTS ${nextOf(table)}`);
  }
}

function ignoreMissingTable(error: unknown): void {
  if (sqlCode(error) !== 'ER_NO_SUCH_TABLE') throw error;
}
