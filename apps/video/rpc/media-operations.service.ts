import {
  CommonErrors,
  MediaOperationsServiceDefinition,
  type ListJobsRequest,
  type ListJobsResponse,
  type ReconcileMediaRequest,
  type ReconcileMediaResponse,
  type RetryJobRequest,
  type RetryJobResponse,
} from '@doul/contracts';
import { RpcController, type RpcHandlers } from '@doul/rpc';
import { MediaJobRepository } from '../model/media-job.repository.js';
import { PublicationRepository } from '../model/publication.repository.js';
import { VideoErrors } from '../video.errors.js';
import { cut, parseCursor } from './cursor.js';
import { MediaCheck } from './media-check.js';

const MAX_JOBS = 200;
const MAX_CHECKED = 500;
const JOB_STATES = new Set(['', 'waiting', 'running', 'done', 'failed']);

@RpcController(MediaOperationsServiceDefinition)
export class MediaOperationsService implements RpcHandlers<typeof MediaOperationsServiceDefinition> {
  constructor(
    private readonly jobs: MediaJobRepository,
    private readonly publications: PublicationRepository,
    private readonly check: MediaCheck,
  ) {}

  async listJobs({ state, cursor, limit }: ListJobsRequest): Promise<ListJobsResponse> {
    if (!JOB_STATES.has(state)) throw CommonErrors.INVALID_PARAMETER({ parameter: 'state', problem: 'is not a state of jobs' });
    const size = Math.min(Math.max(1, limit), MAX_JOBS);
    const before = Math.min(parseCursor(cursor), Number.MAX_SAFE_INTEGER);
    const { page, nextCursor } = cut(await this.jobs.list(state, before, size + 1), size, ({ id }) => id);
    const jobs = page.map(({ createdAt, stateAt, argument: _, scratch: __, ...job }) => ({
      ...job,
      createdAtMs: createdAt,
      stateAtMs: stateAt,
    }));
    return { jobs, nextCursor };
  }

  async retryJob({ jobId }: RetryJobRequest): Promise<RetryJobResponse> {
    if (!(await this.publications.retry(jobId))) throw VideoErrors.NO_FAILED_JOB();
    return {};
  }

  reconcileMedia({ cursor, limit }: ReconcileMediaRequest): Promise<ReconcileMediaResponse> {
    return this.check.page(cursor, Math.min(Math.max(1, limit), MAX_CHECKED));
  }
}
