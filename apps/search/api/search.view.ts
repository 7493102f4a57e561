import type { Card, Profile } from '@doul/contracts';
import type { User } from '@doul/http';
import { highlight } from './highlight.js';
import type { FoundVideo } from './search.schema.js';

export const toUser = (profile: Profile): User => ({
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

export const toFoundVideo = (card: Card, author: User, isFavorite: boolean, keyword: string): FoundVideo => ({
  id: card.id,
  author,
  play_url: card.playUrl,
  cover_url: card.coverUrl,
  favorite_count: card.favoriteCount,
  comment_count: card.commentCount,
  is_favorite: isFavorite,
  title: card.title,
  highlight: highlight(card.title, keyword),
});
