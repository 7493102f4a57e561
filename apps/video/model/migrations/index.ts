import type { MigrationClass } from '@doul/data';
import { JobsOfRemovedVideos1700000005000 } from './1700000005000-jobs-of-removed-videos.js';
import { LikesByTime1700000001000 } from './1700000001000-likes-by-time.js';
import { Media1700000003000 } from './1700000003000-media.js';
import { Videos1700000000000 } from './1700000000000-videos.js';
import { VideoCounterQueues1700000002000 } from './1700000002000-counter-queue.js';
import { Uploads1700000004000 } from './1700000004000-uploads.js';

export const schema = 'doul_video';

/** In the order they run. */
export const migrations: readonly MigrationClass[] = [
  Videos1700000000000,
  LikesByTime1700000001000,
  VideoCounterQueues1700000002000,
  Media1700000003000,
  Uploads1700000004000,
  JobsOfRemovedVideos1700000005000,
];
