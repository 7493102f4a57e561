import { newDataSource } from '@doul/data';
import type { MigrationSet } from './migration-sets.js';

const HEAD = `-- Every table of every service. Made from the migrations by \`npm run ddl\`; do not edit.
`;

/** TypeORM's own list of what has run. */
const BOOKKEEPING = 'migrations';

async function tablesOf(schema: string): Promise<string[]> {
  const source = await newDataSource(schema).initialize();
  try {
    const rows = await source.query<{ name: string }[]>(
      'SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME <> ? ORDER BY TABLE_NAME',
      [schema, BOOKKEEPING],
    );
    const texts: string[] = [];
    for (const { name } of rows) {
      const [row] = await source.query<Record<string, string>[]>(`SHOW CREATE TABLE \`${name}\``);
      texts.push(`${row?.['Create Table']?.replace(/ AUTO_INCREMENT=\d+/, '') ?? ''};\n`);
    }
    return texts;
  } finally {
    await source.destroy();
  }
}

/** The migrated schemas as SQL that creates them, exactly as the server describes them, without what depends on their rows. */
export async function dumpDdl(sets: readonly Pick<MigrationSet, 'schema'>[]): Promise<string> {
  const parts = [HEAD];
  for (const { schema } of sets) {
    parts.push(
      `CREATE DATABASE IF NOT EXISTS \`${schema}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;\nUSE \`${schema}\`;\n`,
      ...(await tablesOf(schema)),
    );
  }
  return parts.join('\n');
}
