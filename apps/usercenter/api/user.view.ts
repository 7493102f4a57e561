import type { Profile } from '@doul/contracts';
import type { User } from '@doul/http';

/** The public User of the API. */
export const userView = (profile: Profile): User => ({
  id: profile.id,
  name: profile.name,
  follow_count: profile.followCount,
  follower_count: profile.followerCount,
  is_follow: profile.isFollow,
  avatar: profile.avatar,
  background_image: profile.backgroundImage,
  signature: profile.signature,
  total_favorited: profile.totalFavorited,
  work_count: profile.workCount,
  favorite_count: profile.favoriteCount,
});
