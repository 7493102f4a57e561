import type { Message, Profile } from '@doul/contracts';
import type { FriendUser, User } from '@doul/http';

/** A profile as the public User object. */
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

/** A friend with the latest line between them and the viewer, if they ever talked. */
export const friendView = (profile: Profile, viewerId: number, latest: Message | undefined): FriendUser => ({
  ...userView(profile),
  message: latest?.content ?? '',
  msgType: latest?.fromUserId === viewerId ? 1 : 0,
});
