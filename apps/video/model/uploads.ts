import { CommonErrors } from '@doul/contracts';
import { childLog } from '@doul/runtime';
import { isStorageProblem, objectStore, type ObjectStore, type OpenUpload } from '@doul/storage';
import { Injectable } from '@nestjs/common';
import { VideoErrors } from '../video.errors.js';
import { isEnded, missingParts, type StoredPart, type StoredUpload } from './upload.js';
import { UploadRepository } from './upload.repository.js';

const log = childLog('uploads');

/** Part numbers that an error names; the client finds the others with the status. */
const NAMED_PARTS = 20;

/** An upload in the store is older than its row by less than this, in ms. */
const ROWLESS_MS = 3_600_000;

/**
 * What the rows and the store say of an upload, brought together. The store's list is the truth about parts, the row about
 * everything else; each step may be repeated, by anybody, after a crash at any point.
 */
@Injectable()
export class Uploads {
  private readonly objects: ObjectStore = objectStore();

  constructor(private readonly rows: UploadRepository) {}

  /** The parts of an open upload; `fresh` is false when the store did not answer and they are those last known. */
  async ledger(upload: StoredUpload): Promise<{ parts: StoredPart[]; fresh: boolean }> {
    const known = await this.rows.parts(upload.id);
    try {
      const stored = await this.storedParts(upload);
      // It was joined just now, or the store dropped it: whoever completes it finds out which.
      if (!stored) return { parts: known, fresh: true };
      await this.rows.setParts(upload.id, known, stored);
      return { parts: stored, fresh: true };
    } catch (error) {
      log.warn({ err: error, upload: upload.id }, 'the ledger could not be compared with the store');
      return { parts: known, fresh: false };
    }
  }

  /**
   * Joins the parts, checks the whole and makes the video; the same one for every call.
   *
   * @returns the video's id
   * @throws DoulError UPLOAD_INCOMPLETE, UPLOAD_ENDED, UNAVAILABLE
   */
  async complete(upload: StoredUpload): Promise<number> {
    if (upload.state === 'completed') return upload.videoId;
    if (isEnded(upload) || (upload.state === 'open' && upload.expiresAt < Date.now())) throw VideoErrors.UPLOAD_ENDED();
    const parts = await this.storedParts(upload);
    if (parts) {
      await this.requireWhole(upload, parts);
      // From here on it will become a video, whoever dies: the worker goes on with what is left in this state.
      if (upload.state === 'open' && !(await this.rows.move(upload.id, ['open'], 'completing'))) return this.completeAnew(upload);
      await this.join(upload, parts);
    }
    await this.requireObject(upload);
    const videoId = await this.rows.complete(upload.id);
    if (videoId === undefined) throw VideoErrors.UPLOAD_ENDED();
    return videoId;
  }

  /** Ends an upload without a video; false when it is completed, or will be. What cannot be removed now is removed by the worker. */
  async end(upload: StoredUpload, state: 'aborted' | 'expired'): Promise<boolean> {
    if (!(await this.rows.move(upload.id, ['open'], state))) return isEnded((await this.rows.byId(upload.id)) ?? upload);
    await this.objects.multipart
      .abort(upload.objectKey, upload.storeId)
      .catch((error: unknown) => log.warn({ err: error, upload: upload.id }, 'the parts of an ended upload wait for the cleaner'));
    return true;
  }

  /** Those of the store's open uploads that no row is waiting for. */
  async abandoned(uploads: readonly OpenUpload[], now: number): Promise<OpenUpload[]> {
    const states = await this.rows.statesOf(uploads.map(({ key }) => key));
    return uploads.filter(({ key, startedAt }) => {
      const state = states.get(key);
      return state === undefined ? startedAt < now - ROWLESS_MS : state !== 'open' && state !== 'completing';
    });
  }

  /** Another call has moved it meanwhile. */
  private async completeAnew({ id }: StoredUpload): Promise<number> {
    const upload = await this.rows.byId(id);
    if (!upload || upload.state === 'open') throw CommonErrors.UNAVAILABLE();
    return this.complete(upload);
  }

  /** undefined when the store knows no such upload any more: it was joined, or dropped. */
  private async storedParts({ objectKey, storeId }: StoredUpload): Promise<StoredPart[] | undefined> {
    try {
      const parts = await this.objects.multipart.parts(objectKey, storeId);
      return parts.map(({ number, size, etag }) => ({ number, size, etag }));
    } catch (error) {
      if (isStorageProblem(error, 'not-found')) return undefined;
      throw error;
    }
  }

  private async requireWhole(upload: StoredUpload, parts: readonly StoredPart[]): Promise<void> {
    const missing = missingParts(upload, parts);
    if (missing.length === 0) return;
    // It can be sent and asked for again, also when this was found by who goes on with a completion.
    await this.rows.move(upload.id, ['completing'], 'open');
    throw VideoErrors.UPLOAD_INCOMPLETE({ count: missing.length, parts: missing.slice(0, NAMED_PARTS).join(', ') });
  }

  private async join({ id, objectKey, storeId }: StoredUpload, parts: readonly StoredPart[]): Promise<void> {
    try {
      await this.objects.multipart.complete(objectKey, storeId, parts);
    } catch (error) {
      // Another call has joined them: the object tells.
      if (isStorageProblem(error, 'not-found')) return;
      // A part was sent again between the list and this.
      if (isStorageProblem(error, 'refused')) {
        await this.rows.move(id, ['completing'], 'open');
        throw VideoErrors.UPLOAD_INCOMPLETE({ count: 1, parts: '?' }, error);
      }
      throw error;
    }
  }

  /** @throws DoulError UPLOAD_ENDED when the store has neither parts nor object: it dropped them, by a rule of the bucket perhaps */
  private async requireObject(upload: StoredUpload): Promise<void> {
    const object = await this.objects.head(upload.objectKey);
    if (object?.size === upload.sizeBytes) return;
    log.error({ upload: upload.id, size: object?.size, expected: upload.sizeBytes }, 'an upload whose object is not what was sent');
    await this.rows.move(upload.id, ['open', 'completing'], 'expired');
    throw VideoErrors.UPLOAD_ENDED();
  }
}
