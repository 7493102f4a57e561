import { VIDEO_STATES, endpoint, p } from '@doul/http';
import { z } from 'zod';
import { VideoErrors } from '../video.errors.js';

/** Longest video that a moment is chosen in, in ms. */
const MAX_AT_MS = 86_400_000;

const statusShape = {
  video_id: z.int(),
  state: z.enum([...VIDEO_STATES, 'removed']).meta({ description: 'As in the lists of videos; removed after its author deleted it' }),
  step: z.enum(['waiting', 'probing', 'transcoding', 'done']).meta({ description: 'What the worker does with it' }),
  percent: z.int().meta({ description: 'How far it is on its way to being published, 0-100' }),
  reason: z.string().meta({ description: 'Why it was rejected or failed, in the language of the request; empty otherwise' }),
  renditions: z
    .array(z.string())
    .meta({ description: 'Renditions that can be played, in the order they were made', example: ['720p', '360p'] }),
  complete: z.boolean().meta({
    description: 'Whether nothing more will come: it has all its renditions, or no more are tried, or it was rejected, failed or removed',
  }),
};

const example = {
  video_id: 42,
  state: 'processing' as const,
  step: 'transcoding' as const,
  percent: 55,
  reason: '',
  renditions: [],
  complete: false,
};

export const videoStatus = endpoint({
  method: 'GET',
  path: '/douyin/publish/status/',
  summary: 'How far an own video is',
  folder: 'video',
  auth: 'required',
  params: { video_id: p.id() },
  answer: statusShape,
  errors: [VideoErrors.NO_SUCH_VIDEO],
  example,
});

export const videoEvents = endpoint({
  method: 'GET',
  path: '/douyin/publish/events/',
  summary: 'What becomes of an own video, as server-sent events',
  description:
    'Each event `status` has the fields of /douyin/publish/status/. A client that comes back with `Last-Event-ID` (browsers do) gets everything ' +
    'that happened since. The stream goes on behind the publication and tells which renditions are added; it ends with the event whose ' +
    '`complete` is true, and whoever comes back after that one gets HTTP 204. It also ends after ten minutes, without such an event: come ' +
    'back then. A browser’s EventSource does, but cannot send headers: give the token as a parameter.',
  folder: 'video',
  auth: 'required',
  stream: true,
  params: { video_id: p.id(), last_event_id: p.int({ min: 0, max: Number.MAX_SAFE_INTEGER }).optional() },
  answer: statusShape,
  errors: [VideoErrors.NO_SUCH_VIDEO],
  example,
});

export const chooseCover = endpoint({
  method: 'POST',
  path: '/douyin/publish/cover/',
  summary: 'Choose another moment of an own video as its cover',
  description: 'The cover changes a moment later; of several wishes the latest counts.',
  folder: 'video',
  auth: 'required',
  limit: 'cover',
  params: { video_id: p.id(), at_ms: p.int({ min: 0, max: MAX_AT_MS }) },
  answer: {},
  errors: [VideoErrors.NO_SUCH_VIDEO, VideoErrors.NOT_PUBLISHED],
  example: {},
  request: { video_id: 42, at_ms: 3_000 },
});

export const playlist = endpoint({
  method: 'GET',
  path: '/douyin/publish/playlist/',
  summary: 'An HLS playlist, or the storyboard, with signed addresses',
  description:
    '`hls_url` and `storyboard_url` lead here where media are private (MEDIA_ACCESS=signed); the answer is application/vnd.apple.mpegurl or text/vtt, not JSON.',
  folder: 'video',
  auth: 'none',
  params: { video_id: p.id(), name: p.text({ max: 64 }).optional() },
  answer: {},
  errors: [VideoErrors.NO_SUCH_VIDEO],
  example: {},
});
