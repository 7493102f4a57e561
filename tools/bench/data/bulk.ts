import type { Connection, RowDataPacket } from 'mysql2/promise';
import { Readable } from 'node:stream';

export type Cell = string | number | null;

/** Rows of one statement and transaction: the undo log stays small and progress is seen. */
const ROWS_PER_LOAD = 100_000;
/** Rows handed to the socket at a time. */
const ROWS_PER_CHUNK = 1_000;

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n' };
const cellText = (cell: Cell): string =>
  cell === null ? '\\N' : typeof cell === 'number' ? String(cell) : cell.replace(/[\\\t\n]/g, (found) => ESCAPES[found] ?? found);

function* lines(from: number, to: number, row: (at: number) => readonly Cell[]): Generator<string> {
  for (let start = from; start < to; start += ROWS_PER_CHUNK) {
    let chunk = '';
    for (let at = start; at < Math.min(to, start + ROWS_PER_CHUNK); at += 1) chunk += `${row(at).map(cellText).join('\t')}\n`;
    yield chunk;
  }
}

export interface Table {
  name: string;
  /** Column names, or `@variables` for `set`. */
  columns: readonly string[];
  set?: string;
}

/** Writes rows straight into the tables: the API would take hours. */
export class Bulk {
  constructor(
    private readonly connection: Connection,
    private readonly progress: (table: string, done: number, of: number) => void = () => undefined,
  ) {}

  /**
   * Streams `count` rows by LOAD DATA LOCAL INFILE; rows that are there already stay. Unique checks stay on: without them MariaDB
   * fills an empty table in bulk, and drops all of it at the first row that is there twice.
   */
  async load({ name, columns, set }: Table, count: number, row: (at: number) => readonly Cell[]): Promise<void> {
    for (let start = 0; start < count; start += ROWS_PER_LOAD) {
      const end = Math.min(count, start + ROWS_PER_LOAD);
      await this.connection.query({
        sql: `LOAD DATA LOCAL INFILE 'rows' IGNORE INTO TABLE ${name} CHARACTER SET utf8mb4 (${columns.join(', ')})${set ? ` SET ${set}` : ''}`,
        infileStreamFactory: () => Readable.from(lines(start, end, row), { objectMode: false }),
      });
      this.progress(name, end, count);
    }
  }

  async run(sql: string): Promise<void> {
    await this.connection.query(sql);
  }

  async number(sql: string): Promise<number> {
    const [rows] = await this.connection.query<RowDataPacket[]>(sql);
    return Number(Object.values(rows[0] ?? {})[0] ?? 0);
  }

  async column(sql: string): Promise<number[]> {
    const [rows] = await this.connection.query<RowDataPacket[]>(sql);
    return rows.map((row) => Number(Object.values(row)[0]));
  }
}
