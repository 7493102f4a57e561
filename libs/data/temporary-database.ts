import { newDataSource, type SchemaOptions } from './data-source.js';
import { Database } from './database.js';

let made = 0;

/**
 * A fresh schema of its own for a spec, with its migrations run.
 *
 * @param base the schema's ordinary name; the new one is `<base>_t<pid>_<n>`
 */
export async function temporaryDatabase(
  base: string,
  options: SchemaOptions = {},
): Promise<{ database: Database; drop: () => Promise<void> }> {
  made += 1;
  const schema = `${base}_t${process.pid}_${made}`;
  const server = await newDataSource('mysql').initialize();
  await server.query(`DROP DATABASE IF EXISTS \`${schema}\``);
  await server.query(`CREATE DATABASE \`${schema}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`);
  const database = new Database(schema, options);
  await (await database.source()).runMigrations();
  const drop = async (): Promise<void> => {
    await server.query(`DROP DATABASE IF EXISTS \`${schema}\``);
    await server.destroy();
    await (await database.source()).destroy();
  };
  return { database, drop };
}
