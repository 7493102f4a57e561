import type { MigrationClass } from '@doul/data';
import { Conversations1700000000000 } from './1700000000000-conversations.js';

/** Name of the service's schema. */
export const schema = 'doul_chat';

/** In the order they run. */
export const migrations: readonly MigrationClass[] = [Conversations1700000000000];
