import { CommonErrors, UploadServiceDefinition, type SignedPart, type Upload } from '@doul/contracts';
import { Endpoint, type AnswerOf, type Call, type InputOf } from '@doul/http';
import { InjectRpc, type ApiClient } from '@doul/rpc';
import { Controller } from '@nestjs/common';
import { TitleCheck } from './title-check.js';
import { MAX_UPLOAD_LIST, abortUpload, completeUpload, initUpload, listUploads, signUploadParts, uploadStatus } from './upload.schema.js';

/** The store is asked too, ms. */
const WITH_STORE_MS = 15_000;
/** Joining many parts takes a store its time, ms. */
const COMPLETE_MS = 110_000;

/** Uploads in parts: what is to be sent where, and what has arrived. The bytes themselves never come here. */
@Controller()
export class UploadController {
  constructor(
    @InjectRpc(UploadServiceDefinition) private readonly uploads: ApiClient<typeof UploadServiceDefinition>,
    private readonly titles: TitleCheck,
  ) {}

  @Endpoint(initUpload)
  async init(input: InputOf<typeof initUpload>, call: Call): Promise<AnswerOf<typeof initUpload>> {
    const request = {
      authorId: call.viewerId,
      title: this.titles.checked(input.title ?? ''),
      fileName: input.file_name ?? '',
      contentType: input.content_type,
      sizeBytes: input.size,
      sha256: hash(input.sha256),
      requestKey: call.requestKey,
    };
    const { upload, parts } = await this.uploads.initUpload(request, { context: call, deadlineMs: WITH_STORE_MS });
    const { upload_id, part_size, part_count, expires_at } = view(upload);
    return { upload_id, part_size, part_count, parts: parts.map(signed), expires_at };
  }

  @Endpoint(signUploadParts)
  async parts(input: InputOf<typeof signUploadParts>, call: Call): Promise<AnswerOf<typeof signUploadParts>> {
    const request = { authorId: call.viewerId, uploadId: input.upload_id, numbers: input.numbers };
    const { parts } = await this.uploads.signParts(request, { context: call });
    return { parts: parts.map(signed) };
  }

  @Endpoint(uploadStatus)
  async status(input: InputOf<typeof uploadStatus>, call: Call): Promise<AnswerOf<typeof uploadStatus>> {
    const request = { authorId: call.viewerId, uploadId: input.upload_id };
    const { upload, parts, fresh } = await this.uploads.getUpload(request, { context: call, deadlineMs: WITH_STORE_MS });
    return { ...view(upload), sha256: upload?.sha256 ?? '', video_id: upload?.videoId ?? 0, parts, fresh };
  }

  @Endpoint(completeUpload)
  async complete(input: InputOf<typeof completeUpload>, call: Call): Promise<AnswerOf<typeof completeUpload>> {
    const request = { authorId: call.viewerId, uploadId: input.upload_id };
    const { videoId } = await this.uploads.completeUpload(request, { context: call, deadlineMs: COMPLETE_MS });
    return { video_id: videoId };
  }

  @Endpoint(abortUpload)
  async abort(input: InputOf<typeof abortUpload>, call: Call): Promise<AnswerOf<typeof abortUpload>> {
    const request = { authorId: call.viewerId, uploadId: input.upload_id };
    await this.uploads.abortUpload(request, { context: call, deadlineMs: WITH_STORE_MS });
    return {};
  }

  @Endpoint(listUploads)
  async list(input: InputOf<typeof listUploads>, call: Call): Promise<AnswerOf<typeof listUploads>> {
    const page = { cursor: input.cursor ?? '', limit: input.count ?? MAX_UPLOAD_LIST };
    const { uploads, nextCursor } = await this.uploads.listUploads({ authorId: call.viewerId, ...page }, { context: call });
    const paged = input.cursor !== undefined || input.count !== undefined;
    return { upload_list: uploads.map(view), ...(paged ? { next_cursor: nextCursor, has_more: nextCursor !== '' } : {}) };
  }
}

/** @throws DoulError INVALID_PARAMETER unless it is a SHA-256 in hex, or absent */
function hash(sha256: string | undefined): string {
  const hex = (sha256 ?? '').toLowerCase();
  if (!/^([0-9a-f]{64})?$/.test(hex)) {
    throw CommonErrors.INVALID_PARAMETER({ parameter: 'sha256', problem: 'is not 64 hex digits', problem_zh: '必须是 64 位十六进制数' });
  }
  return hex;
}

const signed = ({ number, url, size, expiresAtMs }: SignedPart): AnswerOf<typeof signUploadParts>['parts'][number] => ({
  number,
  url,
  size,
  expires_at: expiresAtMs,
});

type UploadView = AnswerOf<typeof listUploads>['upload_list'][number];

function view(upload: Upload | undefined): UploadView {
  if (!upload) throw CommonErrors.INTERNAL();
  return {
    upload_id: upload.uploadId,
    state: upload.state as UploadView['state'],
    title: upload.title,
    file_name: upload.fileName,
    content_type: upload.contentType,
    size: upload.sizeBytes,
    part_size: upload.partSize,
    part_count: upload.partCount,
    stored_parts: upload.storedParts,
    stored_bytes: upload.storedBytes,
    created_at: upload.createdAtMs,
    expires_at: upload.expiresAtMs,
  };
}
