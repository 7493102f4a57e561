import type { MigrationClass } from '@doul/data';
import { Follows1700000000000 } from './1700000000000-follows.js';
import { FollowCounterQueue1700000002000 } from './1700000002000-counter-queue.js';

export const schema = 'doul_friend';

/** In the order they run. */
export const migrations: readonly MigrationClass[] = [Follows1700000000000, FollowCounterQueue1700000002000];
