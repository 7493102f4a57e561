import { CommonErrors } from '@doul/contracts';
import { UserSchema, endpoint, examples, p } from '@doul/http';
import { UsercenterErrors } from '../usercenter.errors.js';

/** Largest picture of a profile, in bytes. A picture is held in memory while it is checked, so HTTP_MAX_UPLOADS bounds how many. */
export const MAX_IMAGE_BYTES = 4 * 1_048_576;

export const getUser = endpoint({
  method: 'GET',
  path: '/douyin/user/',
  summary: 'A user, or the caller',
  folder: 'usercenter',
  auth: 'optional',
  params: { user_id: p.id().optional().meta({ description: 'Absent: the caller, who needs a token then' }) },
  answer: { user: UserSchema },
  errors: [UsercenterErrors.NO_SUCH_USER],
  example: { user: examples.user },
  request: { user_id: 1 },
});

export const updateProfile = endpoint({
  method: 'POST',
  path: '/douyin/user/profile/',
  summary: 'Edit the profile of the caller',
  description: 'What is absent stays. Pictures are JPEG, PNG or WebP files of at most 4 MiB.',
  folder: 'usercenter',
  auth: 'required',
  params: { name: p.text({ max: 32 }).optional(), signature: p.text({ max: 200 }).optional() },
  answer: { user: UserSchema },
  errors: [UsercenterErrors.NOT_AN_IMAGE, UsercenterErrors.NO_SUCH_USER, CommonErrors.TEXT_REFUSED],
  example: { user: examples.user },
  request: { name: '小豆', signature: '记录生活' },
  multipart: { file: ['avatar', 'background_image'], maxBytes: MAX_IMAGE_BYTES },
});
