import {
  UploadServiceDefinition,
  type AbortUploadRequest,
  type AbortUploadResponse,
  type CompleteUploadRequest,
  type CompleteUploadResponse,
  type GetUploadRequest,
  type GetUploadResponse,
  type InitUploadRequest,
  type InitUploadResponse,
  type ListUploadsRequest,
  type ListUploadsResponse,
  type SignPartsRequest,
  type SignPartsResponse,
  type SignedPart,
} from '@doul/contracts';
import { RpcController, type RpcHandlers } from '@doul/rpc';
import { childLog } from '@doul/runtime';
import { newObjectKey, objectStore, type ObjectStore } from '@doul/storage';
import { nanoid } from 'nanoid';
import { isEnded, sizeOfPart, type StoredUpload } from '../model/upload.js';
import { UploadRepository } from '../model/upload.repository.js';
import { Uploads } from '../model/uploads.js';
import { videoConfig } from '../video.config.js';
import { VideoErrors } from '../video.errors.js';
import { cut, parseCursor } from './cursor.js';
import { requireAtMost } from './limits.js';
import { planParts } from './upload-plan.js';
import { extensionOf, uploadMessage } from './upload-message.js';

const log = childLog('uploads');

/** Addresses that come with a new upload: enough to begin with. */
const FIRST_ADDRESSES = 10;
/** Addresses of one call. */
const MAX_ADDRESSES = 100;
const MAX_LIST = 100;

@RpcController(UploadServiceDefinition)
export class UploadService implements RpcHandlers<typeof UploadServiceDefinition> {
  private readonly objects: ObjectStore = objectStore();

  constructor(
    private readonly rows: UploadRepository,
    private readonly uploads: Uploads,
  ) {}

  async initUpload(request: InitUploadRequest): Promise<InitUploadResponse> {
    const { UPLOAD_MAX_BYTES } = videoConfig();
    if (request.sizeBytes > UPLOAD_MAX_BYTES) throw VideoErrors.UPLOAD_TOO_LARGE({ most: UPLOAD_MAX_BYTES });
    const upload = (await this.rows.byRequest(request.authorId, request.requestKey)) ?? (await this.begin(request));
    if (isEnded(upload)) throw VideoErrors.UPLOAD_ENDED();
    const numbers = Array.from({ length: Math.min(FIRST_ADDRESSES, upload.partCount) }, (_, at) => at + 1);
    return { upload: uploadMessage(upload), parts: numbers.map((number) => this.sign(upload, number)) };
  }

  async signParts({ authorId, uploadId, numbers }: SignPartsRequest): Promise<SignPartsResponse> {
    requireAtMost(MAX_ADDRESSES, numbers, 'numbers');
    const upload = await this.require(authorId, uploadId);
    if (upload.state === 'completed') throw VideoErrors.UPLOAD_COMPLETED();
    if (isEnded(upload) || upload.expiresAt < Date.now()) throw VideoErrors.UPLOAD_ENDED();
    const outside = numbers.find((number) => number < 1 || number > upload.partCount);
    if (outside !== undefined) throw VideoErrors.NO_SUCH_PART({ number: outside, count: upload.partCount });
    return { parts: numbers.map((number) => this.sign(upload, number)) };
  }

  async getUpload({ authorId, uploadId }: GetUploadRequest): Promise<GetUploadResponse> {
    const upload = await this.require(authorId, uploadId);
    if (upload.state !== 'open') return { upload: uploadMessage(upload), parts: [], fresh: true };
    const { parts, fresh } = await this.uploads.ledger(upload);
    return { upload: uploadMessage(upload, parts), parts, fresh };
  }

  async completeUpload({ authorId, uploadId }: CompleteUploadRequest): Promise<CompleteUploadResponse> {
    return { videoId: await this.uploads.complete(await this.require(authorId, uploadId)) };
  }

  async abortUpload({ authorId, uploadId }: AbortUploadRequest): Promise<AbortUploadResponse> {
    const upload = await this.require(authorId, uploadId);
    if (!(await this.uploads.end(upload, 'aborted'))) throw VideoErrors.UPLOAD_COMPLETED();
    return {};
  }

  async listUploads({ authorId, cursor, limit }: ListUploadsRequest): Promise<ListUploadsResponse> {
    const size = Math.min(Math.max(1, limit), MAX_LIST);
    const before = Math.min(parseCursor(cursor), Number.MAX_SAFE_INTEGER);
    const { page, nextCursor } = cut(await this.rows.listOpen(authorId, before, size + 1), size, ({ id }) => id);
    const uploads = page.map(({ storedParts, storedBytes, ...upload }) => ({ ...uploadMessage(upload), storedParts, storedBytes }));
    return { uploads, nextCursor };
  }

  /** First in the store, then the row, so that every row has its counterpart; what has none is found by the cleaner. */
  private async begin(request: InitUploadRequest): Promise<StoredUpload> {
    const { UPLOAD_LIFETIME_S, UPLOAD_MAX_OPEN, UPLOAD_PART_BYTES } = videoConfig();
    const { authorId, title, fileName, contentType, sizeBytes, sha256, requestKey } = request;
    const objectKey = newObjectKey('originals', extensionOf(contentType));
    const storeId = await this.objects.multipart.start(objectKey, { contentType, access: 'private' });
    const expiresAt = Date.now() + UPLOAD_LIFETIME_S * 1_000;
    const told = { authorId, title, fileName, contentType, sizeBytes, sha256, requestKey };
    const row = { ...told, ...planParts(sizeBytes, UPLOAD_PART_BYTES), uploadId: nanoid(), objectKey, storeId, expiresAt };
    const upload = await this.rows.create(row, UPLOAD_MAX_OPEN);
    if (upload?.storeId !== storeId)
      await this.objects.multipart
        .abort(objectKey, storeId)
        .catch((error: unknown) => log.warn({ err: error, key: objectKey }, 'an upload without a row waits for the cleaner'));
    if (!upload) throw VideoErrors.TOO_MANY_UPLOADS({ most: UPLOAD_MAX_OPEN });
    return upload;
  }

  private async require(authorId: number, uploadId: string): Promise<StoredUpload> {
    const upload = await this.rows.find(authorId, uploadId);
    if (!upload) throw VideoErrors.NO_SUCH_UPLOAD();
    return upload;
  }

  private sign(upload: StoredUpload, number: number): SignedPart {
    const now = Date.now();
    const seconds = Math.max(1, Math.min(videoConfig().UPLOAD_URL_S, Math.floor((upload.expiresAt - now) / 1_000)));
    const size = sizeOfPart(upload, number);
    const url = this.objects.multipart.signPart(upload.objectKey, upload.storeId, number, { seconds, size });
    return { number, url, size, expiresAtMs: now + seconds * 1_000 };
  }
}
