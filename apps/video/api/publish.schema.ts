import { CommonErrors } from '@doul/contracts';
import { VideoSchema, endpoint, examples, p, pageShape } from '@doul/http';
import { z } from 'zod';
import { videoConfig } from '../video.config.js';
import { VideoErrors } from '../video.errors.js';
import { MAX_LIST } from './favorite.schema.js';

/** In Unicode characters. */
export const MAX_TITLE = 200;

export const publishVideo = endpoint({
  method: 'POST',
  path: '/douyin/publish/action/',
  summary: 'Publish a video',
  description:
    'The file may stand before or after the other fields; it is streamed to storage. MP4, MOV, WebM and Matroska, by content. ' +
    'It shows in the author’s list at once, and in the feed when it has been looked through.',
  folder: 'video',
  auth: 'required',
  params: { title: p.text({ min: 0, max: MAX_TITLE }).optional() },
  answer: {},
  errors: [VideoErrors.NOT_A_VIDEO, CommonErrors.TEXT_REFUSED, CommonErrors.BODY_TOO_LARGE],
  example: {},
  request: { title: '海边的日落 sunset' },
  multipart: { file: 'data', maxBytes: () => videoConfig().PUBLISH_MAX_BYTES },
  limit: 'publish',
});

const OwnVideoSchema = VideoSchema.extend({
  reason: z.string().optional().meta({ description: 'Why it was rejected or failed; only in the author’s own list' }),
});

export const listPublished = endpoint({
  method: 'GET',
  path: '/douyin/publish/list/',
  summary: 'Videos of a user, newest upload first',
  description: 'Authors see all of theirs with state and reason, others the published ones.',
  folder: 'video',
  auth: 'optional',
  params: { user_id: p.id(), cursor: p.cursor(), count: p.count(MAX_LIST) },
  answer: { video_list: z.array(OwnVideoSchema), ...pageShape },
  errors: [VideoErrors.NO_SUCH_USER],
  example: { video_list: [{ ...examples.video, reason: '' }] },
});

export const deleteVideo = endpoint({
  method: 'POST',
  path: '/douyin/publish/delete/',
  summary: 'Delete a video of one’s own',
  description: 'Repeating it answers 0.',
  folder: 'video',
  auth: 'required',
  params: { video_id: p.id() },
  answer: {},
  errors: [VideoErrors.NO_SUCH_VIDEO, VideoErrors.NOT_YOUR_VIDEO],
  example: {},
  request: { video_id: 42 },
});
