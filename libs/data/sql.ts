import type { ResultSetHeader } from 'mysql2';

/** A value for a `?`; an array fills `IN (?)`, an array of arrays fills `VALUES ?` or `IN ((…), (…))`. */
export type SqlParam = string | number | bigint | boolean | Date | Buffer | null | SqlText | readonly SqlParam[];

/** SQL for a `?` that is written out already; only `numberRows` makes it. */
export interface SqlText {
  toSqlString(): string;
}

/**
 * Rows of whole numbers for `VALUES ?` or `IN (?)`: for long lists the driver's own way of filling them costs more than the statement.
 *
 * @throws Error for anything that is not a whole number
 */
export function numberRows(rows: readonly (readonly number[])[]): SqlText {
  const texts = rows.map((row) => {
    for (const value of row) if (!Number.isSafeInteger(value)) throw new Error(`not a whole number: ${String(value)}`);
    return `(${row.join(',')})`;
  });
  return { toSqlString: () => texts.join(',') };
}

/** SQL with the values of its `?`. */
export interface Statement {
  readonly sql: string;
  readonly params: readonly SqlParam[];
}

export interface SqlResult {
  /** Rows inserted, deleted, or matched by an UPDATE. */
  affected: number;
  /** Rows that an UPDATE really changed. */
  changed: number;
  /** AUTO_INCREMENT value of the first inserted row; 0 when there is none. */
  insertId: number;
}

/** Ids of one `IN (…)`; more are split over statements, since the parser's time grows with the list. */
const IDS_PER_STATEMENT = 1_000;
/** Rows of one multi-row INSERT: keeps a statement far below max_allowed_packet (16 MB). */
const ROWS_PER_INSERT = 1_000;

const identifier = (name: string): string => {
  if (!/^[a-z_][a-z0-9_]*$/.test(name)) throw new Error(`not a table or column name: ${name}`);
  return `\`${name}\``;
};

const chunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));

function insertSql(verb: string, table: string, first: Record<string, SqlParam>): { sql: string; columns: string[] } {
  const columns = Object.keys(first);
  return { columns, sql: `${verb} INTO ${identifier(table)} (${columns.map(identifier).join(', ')}) VALUES ?` };
}

/** A multi-row INSERT, or several for many rows; none for none. All rows have the columns of the first. */
export function insertStatements(verb: string, table: string, rows: readonly Record<string, SqlParam>[]): Statement[] {
  const [first] = rows;
  if (!first) return [];
  const { sql, columns } = insertSql(verb, table, first);
  return chunks(rows, ROWS_PER_INSERT).map((part) => ({ sql, params: [part.map((row) => columns.map((column) => row[column] ?? null))] }));
}

/** What statements can be run on: the pool (`Database`) or one transaction (`Tx`). */
export abstract class SqlRunner {
  /** Sends one statement; the driver's rows or its result header. */
  protected abstract run(sql: string, params: readonly SqlParam[]): Promise<unknown>;

  /** Rows of a SELECT. BIGINT, COUNT and SUM are numbers, DATETIME is a Date (UTC). `T` is the caller's word. */
  async query<T extends object>(sql: string, params: readonly SqlParam[] = []): Promise<T[]> {
    const rows = await this.run(sql, params);
    if (!Array.isArray(rows)) throw new TypeError('query() is for statements that return rows; use execute()');
    return rows as T[];
  }

  /** The first row of a SELECT, if there is one. */
  async one<T extends object>(sql: string, params: readonly SqlParam[] = []): Promise<T | undefined> {
    return (await this.query<T>(sql, params))[0];
  }

  /** INSERT, UPDATE, DELETE or DDL. */
  async execute(sql: string, params: readonly SqlParam[] = []): Promise<SqlResult> {
    const header = (await this.run(sql, params)) as ResultSetHeader;
    return { affected: header.affectedRows, changed: header.changedRows ?? 0, insertId: header.insertId };
  }

  /**
   * Rows for many ids: `sql` has one `IN (?)`, by convention its last parameter. Repeated ids are asked for once, an empty
   * list asks nothing, a long one is split. The order of the rows is the database's.
   */
  async byIds<T extends object>(sql: string, ids: readonly (number | string)[], before: readonly SqlParam[] = []): Promise<T[]> {
    const parts: T[][] = [];
    for (const part of chunks([...new Set(ids)], IDS_PER_STATEMENT)) parts.push(await this.query<T>(sql, [...before, part]));
    return parts.flat();
  }

  /** Inserts rows of equal columns; the result's insertId is the first row's. */
  insert(table: string, rows: readonly Record<string, SqlParam>[]): Promise<SqlResult> {
    return this.insertRows('INSERT', table, rows);
  }

  /**
   * Inserts the rows that violate no unique key.
   *
   * @returns how many were inserted. Beware that MySQL's IGNORE also cuts values that are too long: check lengths before
   */
  async insertIgnore(table: string, rows: readonly Record<string, SqlParam>[]): Promise<number> {
    return (await this.insertRows('INSERT IGNORE', table, rows)).affected;
  }

  private async insertRows(verb: string, table: string, rows: readonly Record<string, SqlParam>[]): Promise<SqlResult> {
    const total: SqlResult = { affected: 0, changed: 0, insertId: 0 };
    for (const { sql, params } of insertStatements(verb, table, rows)) {
      const result = await this.execute(sql, params);
      total.affected += result.affected;
      total.insertId ||= result.insertId;
    }
    return total;
  }
}
