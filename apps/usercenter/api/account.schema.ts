import { CommonErrors } from '@doul/contracts';
import { endpoint, p } from '@doul/http';
import { z } from 'zod';
import { UsercenterErrors } from '../usercenter.errors.js';

const answer = { user_id: z.int(), token: z.string().meta({ description: 'Good for 30 days, unless its session is revoked' }) };
const example = { user_id: 1, token: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIiwic2lkIjoxfQ.signature' };

export const register = endpoint({
  method: 'POST',
  path: '/douyin/user/register/',
  summary: 'Register',
  description:
    'Usernames are compared without regard to case, width and invisible characters. A failed answer carries an empty token. ' +
    'A retry with the same Idempotency-Key header and password answers the account that the first try made.',
  folder: 'usercenter',
  auth: 'none',
  params: { username: p.text({ max: 32 }), password: p.text({ min: 6, max: 32 }) },
  answer,
  errors: [UsercenterErrors.USERNAME_TAKEN, CommonErrors.TEXT_REFUSED],
  example,
  request: { username: 'xiaodou', password: 'secret-123' },
  limit: 'register',
  failureDefaults: { token: '' },
});

export const login = endpoint({
  method: 'POST',
  path: '/douyin/user/login/',
  summary: 'Log in',
  folder: 'usercenter',
  auth: 'none',
  params: { username: p.text({ max: 32 }), password: p.text({ max: 32 }) },
  answer,
  errors: [UsercenterErrors.LOGIN_FAILED],
  example,
  request: { username: 'xiaodou', password: 'secret-123' },
  limit: 'login',
  failureDefaults: { token: '' },
});

export const logout = endpoint({
  method: 'POST',
  path: '/douyin/user/logout/',
  summary: 'Log out',
  description: 'This token stops working everywhere within a second. Other sessions of the user stay open.',
  folder: 'usercenter',
  auth: 'required',
  params: {},
  answer: {},
  example: {},
});
