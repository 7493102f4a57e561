import type { QueryRunner } from 'typeorm';

/**
 * Creates the table of a `CounterTable`, for a migration. Columns are signed: see `CounterTable` on negative sums.
 *
 * @param doc what is counted, for the docs page
 */
export async function createCounterTable(
  runner: QueryRunner,
  table: string,
  fields: readonly string[],
  doc = 'Counters, changed in the transaction that changes what they count',
): Promise<void> {
  const columns = fields.map((field) => `\`${field}\` BIGINT NOT NULL DEFAULT 0`).join(', ');
  await runner.query(
    `CREATE TABLE \`${table}\` (\`id\` BIGINT NOT NULL, ${columns},
      \`version\` BIGINT NOT NULL DEFAULT 0 COMMENT 'grows with every change',
      \`dirty\` TINYINT NOT NULL DEFAULT 0 COMMENT '1 = the copy in Redis may be older',
      PRIMARY KEY (\`id\`), KEY \`dirty\` (\`dirty\`)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='${doc.replaceAll("'", "''")}'`,
  );
}
