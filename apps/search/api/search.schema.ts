import { UserSchema, VideoSchema, endpoint, examples, p } from '@doul/http';
import { z } from 'zod';
import { SearchErrors } from '../search.errors.js';

/** Longest keyword, in Unicode characters. */
const MAX_KEYWORD = 64;
const MAX_COUNT = 30;

const params = { keyword: p.text({ max: MAX_KEYWORD }), cursor: p.cursor(), count: p.count(MAX_COUNT) };

const page = {
  next_cursor: z.string().meta({ description: 'Where the next page starts; empty at the end' }),
  has_more: z.boolean(),
};

const FoundVideoSchema = VideoSchema.extend({
  highlight: z.string().meta({ description: 'The title, HTML-escaped, with what matched in <em>', example: '海边的<em>日落</em>' }),
}).meta({ title: 'FoundVideo' });

export type FoundVideo = z.output<typeof FoundVideoSchema>;

const errors = [SearchErrors.UNAVAILABLE];

export const searchVideos = endpoint({
  method: 'GET',
  path: '/douyin/search/video/',
  summary: 'Find videos by title, hashtag or author',
  description:
    'Best first: relevance, freshness and popularity. All words of the keyword have to match. Published and deleted videos follow within 2 s.',
  folder: 'search',
  auth: 'optional',
  params,
  answer: { video_list: z.array(FoundVideoSchema), ...page },
  errors,
  example: { video_list: [{ ...examples.video, highlight: '海边的<em>日落</em> sunset' }], next_cursor: '', has_more: false },
  request: { keyword: '日落' },
});

export const searchUsers = endpoint({
  method: 'GET',
  path: '/douyin/search/user/',
  summary: 'Find users by name or username',
  description: 'Best first: the whole name, its beginning, its words.',
  folder: 'search',
  auth: 'optional',
  params,
  answer: { user_list: z.array(UserSchema), ...page },
  errors,
  example: { user_list: [examples.user], next_cursor: '', has_more: false },
  request: { keyword: '小豆' },
});
