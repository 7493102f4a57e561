import { endpoint, p } from '@doul/http';
import { z } from 'zod';
import { VideoErrors } from '../video.errors.js';

const MAX_JOBS = 200;

const JobSchema = z
  .object({
    id: z.int(),
    video_id: z.int(),
    step: z.enum(['probe', 'first', 'cover', 'pictures', 'ladder']),
    state: z.enum(['waiting', 'running', 'done', 'failed']),
    claims: z.int().meta({ description: 'How often it was taken up' }),
    failures: z.int().meta({ description: 'How often it ended in an error' }),
    percent: z.int(),
    error: z.string().meta({ description: 'Of its last failure' }),
    created_at: z.int().meta({ description: 'Unix time in ms' }),
    state_at: z.int().meta({ description: 'Unix time in ms' }),
  })
  .meta({ title: 'Job' });

export type Job = z.input<typeof JobSchema>;

export const listJobs = endpoint({
  method: 'GET',
  path: '/douyin/publish/jobs/list/',
  summary: 'Steps of processing, the latest first (operators)',
  description: 'For the users that OPERATOR_USER_IDS names.',
  folder: 'video',
  auth: 'required',
  params: { state: p.word('waiting', 'running', 'done', 'failed').optional(), cursor: p.cursor(), count: p.count(MAX_JOBS) },
  answer: { job_list: z.array(JobSchema), next_cursor: z.string(), has_more: z.boolean() },
  errors: [VideoErrors.NOT_AN_OPERATOR],
  example: {
    job_list: [
      {
        id: 7,
        video_id: 42,
        step: 'ladder',
        state: 'failed',
        claims: 5,
        failures: 5,
        percent: 40,
        error: 'Error: ffmpeg took more than 600000 ms',
        created_at: 1_714_550_400_000,
        state_at: 1_714_550_460_000,
      },
    ],
    next_cursor: '',
    has_more: false,
  },
});

export const retryJob = endpoint({
  method: 'POST',
  path: '/douyin/publish/jobs/retry/',
  summary: 'Make a failed step wait again (operators)',
  description: 'The video that failed with it is processed again. For the users that OPERATOR_USER_IDS names.',
  folder: 'video',
  auth: 'required',
  params: { job_id: p.id() },
  answer: {},
  errors: [VideoErrors.NOT_AN_OPERATOR, VideoErrors.NO_FAILED_JOB],
  example: {},
  request: { job_id: 7 },
});
