import { MediaOperationsServiceDefinition, type MediaJob } from '@doul/contracts';
import { Endpoint, type AnswerOf, type Call, type InputOf } from '@doul/http';
import { InjectRpc, type ApiClient } from '@doul/rpc';
import { Controller } from '@nestjs/common';
import { videoConfig } from '../video.config.js';
import { VideoErrors } from '../video.errors.js';
import { listJobs, retryJob, type Job } from './jobs.schema.js';

const DEFAULT_COUNT = 50;

/** The jobs of the media pipeline, for operators who have no shell. */
@Controller()
export class JobsController {
  private readonly operators = new Set(videoConfig().OPERATOR_USER_IDS.split(',').map(Number));

  constructor(@InjectRpc(MediaOperationsServiceDefinition) private readonly media: ApiClient<typeof MediaOperationsServiceDefinition>) {}

  @Endpoint(listJobs)
  async list({ state, cursor, count }: InputOf<typeof listJobs>, call: Call): Promise<AnswerOf<typeof listJobs>> {
    this.requireOperator(call);
    const request = { state: state ?? '', cursor: cursor ?? '', limit: count ?? DEFAULT_COUNT };
    const { jobs, nextCursor } = await this.media.listJobs(request, { context: call });
    return { job_list: jobs.map(jobOf), next_cursor: nextCursor, has_more: nextCursor !== '' };
  }

  @Endpoint(retryJob)
  async retry({ job_id }: InputOf<typeof retryJob>, call: Call): Promise<AnswerOf<typeof retryJob>> {
    this.requireOperator(call);
    await this.media.retryJob({ jobId: job_id }, { context: call });
    return {};
  }

  private requireOperator({ viewerId }: Call): void {
    if (viewerId <= 0 || !this.operators.has(viewerId)) throw VideoErrors.NOT_AN_OPERATOR();
  }
}

const jobOf = ({ id, videoId, step, state, claims, failures, percent, error, createdAtMs, stateAtMs }: MediaJob): Job => ({
  id,
  video_id: videoId,
  step: step as Job['step'],
  state: state as Job['state'],
  claims,
  failures,
  percent,
  error,
  created_at: createdAtMs,
  state_at: stateAtMs,
});
