import type { Bulk } from './bulk.js';
import { idAt, within, type Range } from './ranges.js';
import { seeded, zipf } from './skew.js';

/** Users who like a whole page of videos and more; everybody else likes a few. */
export const LIKERS = 5_000;
const LIKES_OF_A_LIKER = 40;
const LIKES_OF_OTHERS = 2;
/** Videos that are certain to have at least a page of comments. */
export const COMMENTED = 500;
const COMMENTS_ON_COMMENTED = 20;
/** Besides the star, whom everybody follows. */
const FOLLOWS = 2;

const LIKES = { name: 'doul_video.likes', columns: ['viewer_id', 'video_id', 'liked_at'] };
const COMMENTS = { name: 'doul_comment.comments', columns: 'video_id user_id content state request_key created_at'.split(' ') };
const FOLLOWED = { name: 'doul_friend.follows', columns: ['follower_id', 'followee_id', 'followed_at'] };

/** Likes of videos by Zipf's law, in the order of the table's primary key. */
export async function writeLikes(bulk: Bulk, users: Range, videos: Range): Promise<void> {
  const popular = zipf(videos.count, seeded(2));
  const now = Date.now();
  const likers = Math.min(LIKERS, users.count);
  await bulk.load(LIKES, likers * LIKES_OF_A_LIKER, (at) => [
    idAt(users, Math.floor(at / LIKES_OF_A_LIKER)),
    idAt(videos, popular()),
    now - at,
  ]);
  await bulk.load(LIKES, (users.count - likers) * LIKES_OF_OTHERS, (at) => [
    idAt(users, likers + Math.floor(at / LIKES_OF_OTHERS)),
    idAt(videos, popular()),
    now - at,
  ]);
}

/** Some comments on each of the commented videos, and one of each user wherever Zipf's law sends it. */
export async function writeComments(bulk: Bulk, users: Range, videos: Range): Promise<void> {
  const random = seeded(3);
  const popular = zipf(videos.count, random);
  const now = Date.now();
  const commented = Math.min(COMMENTED, videos.count);
  const certain = commented * COMMENTS_ON_COMMENTED;
  await bulk.load(COMMENTS, certain + users.count, (at) => [
    idAt(videos, at < certain ? at % commented : popular()),
    idAt(users, Math.floor(random() * users.count)),
    `评论 ${at}，真好看`,
    'visible',
    `bench-${videos.first}-${at}`,
    now - at,
  ]);
}

/** Everybody follows the star, who is the first user and follows nobody, and some others. */
export async function writeFollows(bulk: Bulk, users: Range): Promise<void> {
  const random = seeded(4);
  const now = Date.now();
  const star = users.first;
  await bulk.load(FOLLOWED, users.count - 1, (at) => [idAt(users, at + 1), star, now - at]);
  await bulk.load(FOLLOWED, (users.count - 1) * FOLLOWS, (at) => {
    const follower = 1 + Math.floor(at / FOLLOWS);
    const other = Math.floor(random() * users.count);
    return [idAt(users, follower), idAt(users, other === follower ? (other + 1) % users.count : other), now - at];
  });
  // The star's followers are most of the rows and never mutual.
  await bulk.run(
    `UPDATE doul_friend.follows f JOIN doul_friend.follows g ON g.follower_id = f.followee_id AND g.followee_id = f.follower_id
     SET f.mutual = 1 WHERE ${within('f.follower_id', users)} AND f.followee_id <> ${star}`,
  );
}
