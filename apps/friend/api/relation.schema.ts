import { FriendUserSchema, UserSchema, endpoint, examples, p, pageShape } from '@doul/http';
import { z } from 'zod';
import { FriendErrors } from '../friend.errors.js';

export const setRelation = endpoint({
  method: 'POST',
  path: '/douyin/relation/action/',
  summary: 'Follow or unfollow',
  description: 'Repeating it answers 0 and changes nothing.',
  folder: 'friend',
  auth: 'required',
  params: { to_user_id: p.id(), action_type: p.choice(1, 2).meta({ description: '1 = follow, 2 = unfollow' }) },
  answer: {},
  errors: [FriendErrors.SELF_FOLLOW, FriendErrors.USER_NOT_FOUND, FriendErrors.FOLLOW_LIMIT],
  example: {},
  request: { to_user_id: 2, action_type: 1 },
});

/** What the three lists share. Without `cursor` and `count` they answer everything, up to 1,000. */
const list = {
  method: 'GET',
  folder: 'friend',
  auth: 'required',
  params: { user_id: p.id(), cursor: p.cursor(), count: p.count(1_000) },
  errors: [FriendErrors.USER_NOT_FOUND],
} as const;

const users = { answer: { user_list: z.array(UserSchema), ...pageShape }, example: { user_list: [examples.user] } };

export const listFollows = endpoint({
  ...list,
  ...users,
  path: '/douyin/relation/follow/list/',
  summary: 'Whom a user follows, latest first',
});

export const listFollowers = endpoint({
  ...list,
  ...users,
  path: '/douyin/relation/follower/list/',
  summary: 'Who follows a user, latest first',
});

export const listFriends = endpoint({
  ...list,
  path: '/douyin/relation/friend/list/',
  summary: 'Users who follow a user and are followed back',
  description: 'The latest line of each conversation is only in the caller’s own list; elsewhere message is empty and msgType 0.',
  answer: { user_list: z.array(FriendUserSchema), ...pageShape },
  example: { user_list: [examples.friend] },
});
