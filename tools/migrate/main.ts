import { writeFile } from 'node:fs/promises';
import { dumpDdl } from './ddl.js';
import { findMigrationSets } from './migration-sets.js';
import { migrateAll } from './migrate.js';

const HELP = `Usage: node dist/tools/migrate/main.js [--dump [FILE]]
Creates the services' schemas on the server of MYSQL_URL and runs their migrations.
  --dump [FILE]  afterwards writes the schemas as SQL to FILE (default: ddl.sql; - = standard output)
`;

async function main([option, file = 'ddl.sql']: readonly string[]): Promise<void> {
  if (option !== undefined && option !== '--dump') return void process.stdout.write(HELP);
  const sets = await findMigrationSets();
  for (const { schema, ran } of await migrateAll(sets)) {
    process.stderr.write(`${schema}: ${ran.length === 0 ? 'up to date' : ran.join(', ')}\n`);
  }
  if (option === undefined) return;
  const ddl = await dumpDdl(sets);
  if (file === '-') process.stdout.write(ddl);
  else await writeFile(file, ddl);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`migrating failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
