import { endpoint, p } from '@doul/http';
import { z } from 'zod';
import { UsercenterErrors } from '../usercenter.errors.js';

const SessionSchema = z
  .object({
    id: z.int(),
    created_at: z.int().meta({ description: 'Unix time in ms' }),
    last_seen_at: z.int().meta({ description: 'Unix time in ms, to about a minute' }),
    agent: z.string().meta({ description: 'User-Agent it was opened with' }),
    address: z.string().meta({ description: 'Address it was last used from' }),
    current: z.boolean().meta({ description: 'Whether it is the session of the token of this request' }),
  })
  .meta({ title: 'Session' });

export const listSessions = endpoint({
  method: 'GET',
  path: '/douyin/user/sessions/',
  summary: 'Open sessions of the caller, latest used first',
  folder: 'usercenter',
  auth: 'required',
  params: {},
  answer: { session_list: z.array(SessionSchema) },
  example: {
    session_list: [
      { id: 9, created_at: 1714550400000, last_seen_at: 1714554000000, agent: 'okhttp/4.12.0', address: '203.0.113.7', current: true },
    ],
  },
});

export const revokeSession = endpoint({
  method: 'POST',
  path: '/douyin/user/sessions/revoke/',
  summary: 'Revoke a session of the caller',
  description: 'Its token stops working everywhere within a second. Repeating it answers 0.',
  folder: 'usercenter',
  auth: 'required',
  params: { session_id: p.id() },
  answer: {},
  errors: [UsercenterErrors.NO_SUCH_SESSION],
  example: {},
  request: { session_id: 9 },
});
