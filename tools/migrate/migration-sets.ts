import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { MigrationClass } from '@doul/data';

/** What an app's `model/migrations/index.ts` exports. */
export interface MigrationSet {
  schema: string;
  migrations: readonly MigrationClass[];
}

/** `apps/` beside this tool: the sources under vitest, the built files under node. */
const APPS = resolve(import.meta.dirname, '../../apps');

async function loadSet(app: string): Promise<MigrationSet | undefined> {
  const folder = resolve(APPS, app, 'model/migrations');
  const index = (await readdir(folder).catch(() => [])).find((name) => /^index\.(js|ts)$/.test(name));
  if (index === undefined) return undefined;
  const exported = (await import(pathToFileURL(resolve(folder, index)).href)) as Partial<MigrationSet>;
  if (exported.schema === undefined || exported.migrations === undefined) {
    throw new Error(`apps/${app}/model/migrations/index.ts must export schema and migrations`);
  }
  return { schema: exported.schema, migrations: exported.migrations };
}

/** Every service's schema with its migrations, by name of the schema. */
export async function findMigrationSets(): Promise<MigrationSet[]> {
  const apps = (await readdir(APPS, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const sets = await Promise.all(apps.map((app) => loadSet(app.name)));
  return sets.filter((set) => set !== undefined).sort((a, b) => a.schema.localeCompare(b.schema));
}
