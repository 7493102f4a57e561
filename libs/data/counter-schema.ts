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

/**
 * Gives a counter table the queue of its changes, `<table>_changes`, for a migration: one entry a transaction, in the place of a mark
 * in each row, whose index entry every change had to move twice. What is marked is put into the queue.
 */
export async function queueCounterChanges(runner: QueryRunner, table: string): Promise<void> {
  await runner.query(
    `CREATE TABLE \`${table}_changes\` (
      \`seq\` BIGINT NOT NULL AUTO_INCREMENT,
      \`ids\` MEDIUMTEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'whose copies in Redis may be older, joined by commas',
      PRIMARY KEY (\`seq\`)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='Changes of ${table} that are not in Redis yet'`,
  );
  await runner.query(`INSERT INTO \`${table}_changes\` (ids) SELECT id FROM \`${table}\` WHERE dirty = 1`);
  await runner.query(`ALTER TABLE \`${table}\` DROP KEY \`dirty\`, DROP COLUMN \`dirty\``);
}

/** The way back: everything is marked, since whose copies are older is no longer known once the queue is gone. */
export async function unqueueCounterChanges(runner: QueryRunner, table: string): Promise<void> {
  await runner.query(`ALTER TABLE \`${table}\` ADD COLUMN \`dirty\` TINYINT NOT NULL DEFAULT 0, ADD KEY \`dirty\` (\`dirty\`)`);
  await runner.query(`UPDATE \`${table}\` SET dirty = 1`);
  await runner.query(`DROP TABLE \`${table}_changes\``);
}
