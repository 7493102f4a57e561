import { defineErrors } from '@doul/contracts';

export const FriendErrors = defineErrors('friend', 12, {
  SELF_FOLLOW: { n: 1, grpc: 'INVALID_ARGUMENT', en: 'You cannot follow yourself', zh: '不能关注自己' },
  USER_NOT_FOUND: { n: 2, grpc: 'NOT_FOUND', en: 'There is no user {user_id}', zh: '用户 {user_id} 不存在' },
  FOLLOW_LIMIT: {
    n: 3,
    grpc: 'FAILED_PRECONDITION',
    en: 'You follow {limit} users already, which is as many as one can',
    zh: '最多只能关注 {limit} 个用户',
  },
});
