import type { MigrationClass } from '@doul/data';
import { Videos1700000000000 } from './1700000000000-videos.js';

export const schema = 'doul_video';

/** In the order they run. */
export const migrations: readonly MigrationClass[] = [Videos1700000000000];
