import type { MigrationClass } from '@doul/data';
import { Videos1700000000000 } from './1700000000000-videos.js';

/** In the order they run. */
export const videoMigrations: readonly MigrationClass[] = [Videos1700000000000];
