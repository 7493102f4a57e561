import type { MigrationClass } from '@doul/data';
import { Accounts1700000000000 } from './1700000000000-accounts.js';

export const schema = 'doul_user';

/** In the order they run. */
export const migrations: readonly MigrationClass[] = [Accounts1700000000000];
