/** The objects of the public API as its clients see them. */

export interface UserObject {
  id: number;
  name: string;
  follow_count: number;
  follower_count: number;
  is_follow: boolean;
  avatar: string;
  background_image: string;
  signature: string;
  total_favorited: number;
  work_count: number;
  favorite_count: number;
}

export interface VideoObject {
  id: number;
  author: UserObject;
  play_url: string;
  cover_url: string;
  favorite_count: number;
  comment_count: number;
  is_favorite: boolean;
  width: number;
  height: number;
  duration_ms: number;
  hls_url: string;
  cover_small_url: string;
  preview_url: string;
  storyboard_url: string;
  blurhash: string;
  state: string;
  title: string;
  reason?: string;
  highlight?: string;
}

export interface CommentObject {
  id: number;
  user: UserObject;
  content: string;
  create_date: string;
}

export interface MessageObject {
  id: number;
  to_user_id: number;
  from_user_id: number;
  content: string;
  create_time: number;
}

export interface FriendObject extends UserObject {
  message: string;
  msgType: number;
}
