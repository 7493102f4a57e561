import { CommonErrors, DoulError, VideoServiceDefinition } from '@doul/contracts';
import type { Call, UploadForm, UploadStream } from '@doul/http';
import { InjectRpc, type ApiClient } from '@doul/rpc';
import { childLog, contextFields } from '@doul/runtime';
import { isStorageProblem, newObjectKey, objectStore, type ObjectStore } from '@doul/storage';
import { Injectable } from '@nestjs/common';
import { videoConfig } from '../video.config.js';
import { VideoErrors } from '../video.errors.js';
import { SNIFF_BYTES, peek, sniff } from './sniff.js';
import { TitleCheck } from './title-check.js';

const log = childLog('uploads');

interface StoredFile {
  key: string;
  sizeBytes: number;
}

/** After these nobody knows whether the video exists now, so its file must stay. */
const UNCERTAIN = new Set([CommonErrors.UNAVAILABLE.row.code, CommonErrors.DEADLINE.row.code, CommonErrors.INTERNAL.row.code]);

/** Takes videos in that come in one request: the file straight to the object store, then the row. Whatever fails leaves no file behind. */
@Injectable()
export class OneRequestUpload {
  private readonly objects: ObjectStore = objectStore();

  constructor(
    @InjectRpc(VideoServiceDefinition) private readonly videos: ApiClient<typeof VideoServiceDefinition>,
    private readonly titles: TitleCheck,
  ) {}

  /** @throws DoulError NOT_A_VIDEO, TEXT_REFUSED, INVALID_PARAMETER, BODY_TOO_LARGE, UNAUTHENTICATED */
  async receive(form: UploadForm<{ title?: string | undefined }>, call: Call): Promise<void> {
    const discard = (file: StoredFile): Promise<void> => this.discard(file, call);
    const { input, files } = await form.receive((file) => this.store(file), discard);
    const file = files.get('data');
    if (!file) throw CommonErrors.INVALID_PARAMETER({ parameter: 'data', problem: 'is missing' });
    try {
      const title = this.titles.checked(input.title ?? '');
      const request = { authorId: call.viewerId, title, objectKey: file.key, sizeBytes: file.sizeBytes, requestKey: call.requestKey };
      const { created } = await this.videos.createVideo(request, { context: call });
      if (!created) await discard(file);
    } catch (error) {
      if (error instanceof DoulError && !UNCERTAIN.has(error.code)) await discard(file);
      else log.warn({ ...contextFields(call), err: error, key: file.key }, 'an upload may have left a file without a video');
      throw error;
    }
  }

  private async store({ stream }: UploadStream): Promise<StoredFile> {
    const { start, whole } = await peek(stream, SNIFF_BYTES);
    const container = sniff(start);
    if (!container) {
      whole.destroy();
      throw VideoErrors.NOT_A_VIDEO();
    }
    const key = newObjectKey('originals', container.extension);
    try {
      const { contentType } = container;
      const limits = { contentType, access: 'private', maxBytes: videoConfig().PUBLISH_MAX_BYTES } as const;
      const { size } = await this.objects.putStream(key, whole, limits);
      return { key, sizeBytes: size };
    } catch (error) {
      if (isStorageProblem(error, 'too-large')) throw CommonErrors.BODY_TOO_LARGE({}, error);
      if (isStorageProblem(error, 'aborted') || isStorageProblem(error, 'stalled')) throw CommonErrors.UNREADABLE_BODY({}, error);
      throw error;
    }
  }

  private async discard({ key }: StoredFile, call: Call): Promise<void> {
    await this.objects
      .delete([key])
      .catch((error: unknown) => log.warn({ ...contextFields(call), err: error, key }, 'a file was left behind'));
  }
}
