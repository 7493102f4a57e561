import type { QueryRunner } from 'typeorm';

/**
 * Creates the table of a `CounterTable`, for a migration. `version` grows with every change; `dirty` marks rows whose copy in Redis
 * may be older. Columns are signed: see `CounterTable` on negative sums.
 */
export async function createCounterTable(runner: QueryRunner, table: string, fields: readonly string[]): Promise<void> {
  const columns = fields.map((field) => `\`${field}\` BIGINT NOT NULL DEFAULT 0`).join(', ');
  await runner.query(
    `CREATE TABLE \`${table}\` (\`id\` BIGINT NOT NULL, ${columns}, \`version\` BIGINT NOT NULL DEFAULT 0, \`dirty\` TINYINT NOT NULL DEFAULT 0,
    PRIMARY KEY (\`id\`), KEY \`dirty\` (\`dirty\`)) ENGINE=InnoDB`,
  );
}
