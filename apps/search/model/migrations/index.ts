import type { MigrationClass } from '@doul/data';
import { Search1700000000000 } from './1700000000000-search.js';

export const schema = 'doul_search';

/** In the order they run. */
export const migrations: readonly MigrationClass[] = [Search1700000000000];
