import type { MigrationClass } from '@doul/data';
import { Comments1700000000000 } from './1700000000000-comments.js';
import { Words1700000000001 } from './1700000000001-words.js';
import { CommentCounterQueue1700000002000 } from './1700000002000-counter-queue.js';

/** Name of the service's schema. */
export const schema = 'doul_comment';

/** In the order they run. */
export const migrations: readonly MigrationClass[] = [Comments1700000000000, Words1700000000001, CommentCounterQueue1700000002000];
