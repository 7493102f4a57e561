import { signToken } from '@doul/http';
import { createConnection } from 'mysql2/promise';
import { Bulk } from './bulk.js';
import { benchName, PASSWORD } from './people.js';
import { idsOf } from './ranges.js';
import { COMMENTED, LIKERS } from './reactions.js';
import { seed, type Size } from './seed.js';

/** What the scenarios draw their requests from. */
export interface DataSet {
  /** Most popular first. */
  videoIds: number[];
  /** Times for `latest_time` that begin at different videos, in ms. */
  feedTimes: number[];
  /** Feed times of the whole data set, in ms. */
  oldest: number;
  newest: number;
  /** Videos with at least a page of comments. */
  commentedIds: number[];
  /** Users who like at least a page of videos. */
  likerIds: number[];
  viewers: { userId: number; token: string }[];
  accounts: { username: string; password: string }[];
}

/** Viewers that send requests; the layers must not be able to remember them all as one. */
const VIEWERS = 5_000;
/** `feed-distinct` begins anywhere in the newest so many videos: half of the feed's index in Redis. */
const DISTINCT_VIDEOS = 5_000;
/** A long terminal line at a time is enough of a progress report, in ms. */
const PROGRESS_MS = 5_000;

function progress(): (table: string, done: number, of: number) => void {
  let last = Date.now();
  return (table, done, of) => {
    if (Date.now() - last < PROGRESS_MS) return;
    last = Date.now();
    console.log(`    ${table}: ${done.toLocaleString('en')} of ${of.toLocaleString('en')}`);
  };
}

/** The data set of the running profile, written when it is not there yet. */
export async function prepareDataSet(size: Size): Promise<DataSet> {
  const connection = await createConnection({ uri: process.env['MYSQL_URL'] ?? '', charset: 'utf8mb4' });
  try {
    const bulk = new Bulk(connection, progress());
    const { users, videos } = await seed(bulk, size);
    const ends = (end: string): Promise<number> =>
      bulk.number(`SELECT ${end}(feed_time) FROM doul_video.videos WHERE feed_time IS NOT NULL`);
    const newest = 'SELECT feed_time FROM doul_video.videos WHERE feed_time IS NOT NULL ORDER BY feed_time DESC LIMIT';
    return {
      videoIds: idsOf(videos),
      feedTimes: await bulk.column(`${newest} ${DISTINCT_VIDEOS}`),
      oldest: await ends('MIN'),
      newest: await ends('MAX'),
      commentedIds: idsOf(videos, COMMENTED),
      likerIds: idsOf(users, LIKERS),
      viewers: idsOf(users, VIEWERS).map((userId) => ({
        userId,
        // No session of the data set is ever revoked, so its id only has to be one that nobody has.
        token: signToken({ userId, sessionId: Number.MAX_SAFE_INTEGER - userId }).token,
      })),
      accounts: Array.from({ length: Math.min(VIEWERS, users.count) }, (_, at) => ({ username: benchName(at), password: PASSWORD })),
    };
  } finally {
    await connection.end();
  }
}
