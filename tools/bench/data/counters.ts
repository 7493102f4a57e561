import type { Bulk } from './bulk.js';
import { within, type Range } from './ranges.js';

interface Sum {
  from: string;
  id: string;
  where: string;
  into: string;
  column: string;
}

/** Counters are written as the sums that the services keep. A row that was there gets a new version. */
const sumSql = ({ from, id, where, into, column }: Sum): string =>
  `INSERT INTO ${into} (id, ${column}, version) SELECT ${id}, COUNT(*), 1 FROM ${from} WHERE ${where} GROUP BY ${id}
   ON DUPLICATE KEY UPDATE ${column} = VALUES(${column}), version = ${into}.version + 1`;

/** Rows that were there are queued to be copied to Redis again, a hundred to an entry: MySQL cuts longer lists. */
const queueSql = (into: string): string =>
  `INSERT INTO ${into}_changes (ids) SELECT GROUP_CONCAT(id) FROM ${into} WHERE version > 1 GROUP BY id DIV 100`;

/** Counts everything that the data set holds, one statement for each counter. */
export async function writeCounters(bulk: Bulk, users: Range, videos: Range): Promise<void> {
  const likes = 'doul_video.likes';
  const works = 'doul_video.user_counters';
  const follows = 'doul_friend.follows';
  const followed = 'doul_friend.user_counters';
  const received = `${likes} JOIN doul_video.videos ON videos.id = likes.video_id`;
  const sums: Sum[] = [
    { from: likes, id: 'video_id', where: within('video_id', videos), into: 'doul_video.video_counters', column: 'favorite_count' },
    { from: likes, id: 'viewer_id', where: within('viewer_id', users), into: works, column: 'favorite_count' },
    { from: 'doul_video.videos', id: 'author_id', where: within('id', videos), into: works, column: 'work_count' },
    { from: received, id: 'author_id', where: within('video_id', videos), into: works, column: 'total_favorited' },
    {
      from: 'doul_comment.comments',
      id: 'video_id',
      where: within('video_id', videos),
      into: 'doul_comment.comment_counters',
      column: 'comment_count',
    },
    { from: follows, id: 'follower_id', where: within('follower_id', users), into: followed, column: 'follow_count' },
    { from: follows, id: 'followee_id', where: within('followee_id', users), into: followed, column: 'follower_count' },
  ];
  for (const sum of sums) await bulk.run(sumSql(sum));
  for (const into of new Set(sums.map((sum) => sum.into))) await bulk.run(queueSql(into));
}
