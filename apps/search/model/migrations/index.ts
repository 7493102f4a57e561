import type { MigrationClass } from '@doul/data';
import { Search1700000000000 } from './1700000000000-search.js';

/** In the order they run. */
export const searchMigrations: readonly MigrationClass[] = [Search1700000000000];
