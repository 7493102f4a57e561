import type { MigrationClass } from '@doul/data';
import { Conversations1700000000000 } from './1700000000000-conversations.js';

/** In the order they run. */
export const chatMigrations: readonly MigrationClass[] = [Conversations1700000000000];
