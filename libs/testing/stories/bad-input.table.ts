import type { Actor, CommentObject, VideoObject } from '../index.js';

/** Codes that bad input is answered with; docs/reference/errors.md explains each. */
export const CODES = {
  invalid: 10001,
  unauthenticated: 10002,
  conflicting: 10007,
  noSuchUser: [11004, 12002, 15002],
} as const;

export interface Stage {
  alice: Actor;
  bob: Actor;
  video: VideoObject;
  comment: CommentObject;
}

/** Kinds of parameters: which bad values there are, and what each means, follows from the kind. */
export type Kind = { kind: 'id' } | { kind: 'text'; max: number; min?: number } | { kind: 'choice' } | { kind: 'optional'; of: Kind };

export interface Row {
  method: 'GET' | 'POST';
  path: string;
  /** Whether a missing token is refused. */
  needsToken: boolean;
  /** A request that is right, of which the bad ones differ in one value. */
  good: (stage: Stage) => Record<string, string | number>;
  parameters: Record<string, Kind>;
}

const id: Kind = { kind: 'id' };
const choice: Kind = { kind: 'choice' };
const text = (max: number, min?: number): Kind => (min === undefined ? { kind: 'text', max } : { kind: 'text', max, min });
const optional = (of: Kind): Kind => ({ kind: 'optional', of });
const paging = { cursor: optional(text(200)), count: optional(id) };

/** Every endpoint that takes parameters, once. */
export const TABLE: readonly Row[] = [
  {
    method: 'POST',
    path: '/douyin/user/register/',
    needsToken: false,
    good: () => ({ username: `x${Date.now()}${Math.random()}`.slice(0, 30), password: 'secret1' }),
    parameters: { username: text(32), password: text(32, 6) },
  },
  {
    method: 'POST',
    path: '/douyin/user/login/',
    needsToken: false,
    good: ({ alice }) => ({ username: alice.name, password: alice.password }),
    parameters: { username: text(32), password: text(32) },
  },
  {
    method: 'GET',
    path: '/douyin/user/',
    needsToken: false,
    good: ({ alice }) => ({ user_id: alice.id }),
    parameters: { user_id: optional(id) },
  },
  {
    method: 'POST',
    path: '/douyin/user/sessions/revoke/',
    needsToken: true,
    good: () => ({ session_id: 1 }),
    parameters: { session_id: id },
  },
  {
    method: 'POST',
    path: '/douyin/user/profile/',
    needsToken: true,
    good: () => ({ signature: 'hi' }),
    parameters: { name: optional(text(32)), signature: optional(text(200)) },
  },
  {
    method: 'GET',
    path: '/douyin/publish/list/',
    needsToken: false,
    good: ({ alice }) => ({ user_id: alice.id }),
    parameters: { user_id: id, ...paging },
  },
  {
    method: 'POST',
    path: '/douyin/publish/delete/',
    needsToken: true,
    good: ({ video }) => ({ video_id: video.id }),
    parameters: { video_id: id },
  },
  {
    method: 'POST',
    path: '/douyin/favorite/action/',
    needsToken: true,
    good: ({ video }) => ({ video_id: video.id, action_type: 2 }),
    parameters: { video_id: id, action_type: choice },
  },
  {
    method: 'GET',
    path: '/douyin/favorite/list/',
    needsToken: false,
    good: ({ alice }) => ({ user_id: alice.id }),
    parameters: { user_id: id, ...paging },
  },
  {
    method: 'POST',
    path: '/douyin/comment/action/',
    needsToken: true,
    good: ({ video }) => ({ video_id: video.id, action_type: 1, comment_text: 'fine' }),
    parameters: { video_id: id, action_type: choice, comment_text: text(500) },
  },
  {
    method: 'GET',
    path: '/douyin/comment/list/',
    needsToken: false,
    good: ({ video }) => ({ video_id: video.id }),
    parameters: { video_id: id, ...paging },
  },
  {
    method: 'POST',
    path: '/douyin/relation/action/',
    needsToken: true,
    good: ({ bob }) => ({ to_user_id: bob.id, action_type: 2 }),
    parameters: { to_user_id: id, action_type: choice },
  },
  {
    method: 'GET',
    path: '/douyin/relation/follow/list/',
    needsToken: true,
    good: ({ alice }) => ({ user_id: alice.id }),
    parameters: { user_id: id, ...paging },
  },
  {
    method: 'GET',
    path: '/douyin/relation/follower/list/',
    needsToken: true,
    good: ({ alice }) => ({ user_id: alice.id }),
    parameters: { user_id: id, ...paging },
  },
  {
    method: 'GET',
    path: '/douyin/relation/friend/list/',
    needsToken: true,
    good: ({ alice }) => ({ user_id: alice.id }),
    parameters: { user_id: id, ...paging },
  },
  {
    method: 'POST',
    path: '/douyin/message/action/',
    needsToken: true,
    good: ({ bob }) => ({ to_user_id: bob.id, action_type: 1, content: 'hello' }),
    parameters: { to_user_id: id, action_type: choice, content: text(1000) },
  },
  {
    method: 'GET',
    path: '/douyin/message/chat/',
    needsToken: true,
    good: ({ bob }) => ({ to_user_id: bob.id }),
    parameters: { to_user_id: id },
  },
  {
    method: 'GET',
    path: '/douyin/search/video/',
    needsToken: false,
    good: () => ({ keyword: 'cat' }),
    parameters: { keyword: text(64), ...paging },
  },
  {
    method: 'GET',
    path: '/douyin/search/user/',
    needsToken: false,
    good: () => ({ keyword: 'cat' }),
    parameters: { keyword: text(64), ...paging },
  },
];

/** Bad values of a kind, by what is wrong with them. `undefined` leaves the parameter out. */
export function badValues(kind: Kind): Record<string, unknown> {
  if (kind.kind === 'optional') {
    const { missing: _missing, empty: _empty, blank: _blank, ...others } = badValues(kind.of);
    return others;
  }
  const always = { missing: undefined, empty: '', blank: ' \u200b\u3000' };
  if (kind.kind === 'id')
    return {
      ...always,
      'a word': 'abc',
      zero: '0',
      negative: '-5',
      fraction: '1.5',
      overflow: '9223372036854775808',
      'beyond 2^53': '9007199254740993',
      hex: '0x10',
      infinite: '1e999',
    };
  if (kind.kind === 'choice') return { ...always, three: '3', 'a word': 'like', overflow: '99999999999999999999' };
  return { ...always, 'too long': '字'.repeat(kind.max + 1), ...(kind.min === undefined ? {} : { 'too short': 'x'.repeat(kind.min - 1) }) };
}
