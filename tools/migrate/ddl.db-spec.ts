import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { disposeResources } from '@doul/runtime';
import { afterAll, describe, expect, it } from 'vitest';
import { dumpDdl } from './ddl.js';
import { migrateAll } from './migrate.js';
import { findMigrationSets } from './migration-sets.js';

describe('ddl.sql', () => {
  afterAll(disposeResources);

  it('is what the migrations make; after a new one run `npm run ddl` and `npm run gen`', async () => {
    const sets = await findMigrationSets();
    await migrateAll(sets);
    expect(await dumpDdl(sets)).toBe(readFileSync(resolve(import.meta.dirname, '../../ddl.sql'), 'utf8'));
  });

  it('finds nothing to do the second time', async () => {
    const again = await migrateAll(await findMigrationSets());
    expect(again.length).toBeGreaterThanOrEqual(6);
    expect(again.filter(({ ran }) => ran.length > 0)).toEqual([]);
  });
});
