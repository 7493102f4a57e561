import { defineErrors } from '@doul/contracts';

export const UsercenterErrors = defineErrors('usercenter', 11, {
  USERNAME_TAKEN: { n: 1, grpc: 'ALREADY_EXISTS', en: 'This username is taken', zh: '用户名已被注册' },
  /** One error for both, so that nobody can find out which usernames exist. */
  LOGIN_FAILED: { n: 2, grpc: 'UNAUTHENTICATED', en: 'The username or the password is wrong', zh: '用户名或密码错误' },
  NO_SUCH_USER: { n: 3, grpc: 'NOT_FOUND', en: 'There is no such user', zh: '用户不存在' },
  NO_SUCH_SESSION: { n: 4, grpc: 'NOT_FOUND', en: 'You have no such session', zh: '会话不存在' },
  NOT_AN_IMAGE: {
    n: 5,
    grpc: 'INVALID_ARGUMENT',
    en: 'Parameter {parameter} must be a whole JPEG, PNG or WebP image of at most 8192 by 8192 pixels',
    zh: '参数 {parameter} 必须是完整的 JPEG、PNG 或 WebP 图片，且不超过 8192×8192 像素',
  },
});
