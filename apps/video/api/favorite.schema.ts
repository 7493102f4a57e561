import { VideoSchema, endpoint, examples, p, pageShape } from '@doul/http';
import { z } from 'zod';
import { VideoErrors } from '../video.errors.js';

/** Longest list that one answer holds. */
export const MAX_LIST = 1_000;

export const setFavorite = endpoint({
  method: 'POST',
  path: '/douyin/favorite/action/',
  summary: 'Like a video, or take a like back',
  description: 'Repeating one answers 0 and changes nothing.',
  folder: 'video',
  auth: 'required',
  params: { video_id: p.id(), action_type: p.choice(1, 2) },
  answer: {},
  errors: [VideoErrors.NO_SUCH_VIDEO],
  example: {},
  request: { video_id: 42, action_type: 1 },
});

export const listFavorites = endpoint({
  method: 'GET',
  path: '/douyin/favorite/list/',
  summary: 'Videos that a user likes, latest like first',
  folder: 'video',
  auth: 'optional',
  params: { user_id: p.id(), cursor: p.cursor(), count: p.count(MAX_LIST) },
  answer: { video_list: z.array(VideoSchema), ...pageShape },
  errors: [VideoErrors.NO_SUCH_USER],
  example: { video_list: [examples.video] },
});
