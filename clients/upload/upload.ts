import { Addresses } from './addresses.js';
import { ApiError, UploadApi, type Begun, type Status } from './api.js';
import { md5 } from './md5.js';
import { defaultPut } from './default-put.js';
import type { PutPart } from './put-part.js';
import { Passing, retried } from './retry.js';

export type UploadState = 'idle' | 'checking' | 'uploading' | 'paused' | 'completing' | 'completed' | 'failed' | 'aborted';

/** What is read of a file: a `Blob` or `File` is one, and so is what `node-file.ts` gives. */
export interface UploadFile {
  readonly size: number;
  /** As in `Content-Type`. */
  readonly type: string;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
  /** Called with what `arrayBuffer` gave once it is sent and nobody looks at it any more. */
  giveBack?(used: ArrayBuffer): void;
}

export interface Progress {
  state: UploadState;
  /** Survives everything: with it and the file an upload goes on, on another day too. Empty until the server has begun it. */
  uploadId: string;
  /** Bytes that are stored, and those on their way where the platform tells. */
  sentBytes: number;
  totalBytes: number;
}

export interface UploadOptions {
  /** Address of the server, for example `https://short.example.com`. */
  baseUrl: string;
  token: string;
  title?: string;
  /** What the file is; default its own type. */
  contentType?: string;
  fileName?: string;
  /** SHA-256 of the file in hex, if known: the video is rejected when the stored bytes have another one. */
  sha256?: string;
  /** Goes on with this upload instead of beginning one. */
  uploadId?: string;
  /** Parts sent at a time; default 4. */
  parallel?: number;
  /** Tries of one part or question before the upload fails, with pauses of up to 30 s between them; default 12. A failed upload can be resumed. */
  tries?: number;
  /** Off for stores whose ETags are not the MD5 of the bytes (server-side encryption with a managed key). Default on. */
  verify?: boolean;
  onProgress?: (progress: Progress) => void;
  /** For other platforms, and for tests. */
  fetch?: typeof globalThis.fetch;
  putPart?: PutPart;
}

/** Random, in hex. Pages that did not come by HTTPS lack randomUUID. */
const newKey = (): string => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

class Paused extends Error {}
class Aborted extends Error {}

/** One file on its way. `run` may be called again after a pause or a failure: what is stored stays stored. */
export class VideoUpload {
  private readonly api: UploadApi;
  private readonly put: PutPart;
  private readonly tries: number;
  private readonly requestKey = newKey();
  private state: UploadState = 'idle';
  private uploadId: string;
  private stop = new AbortController();
  private storedBytes = 0;
  private readonly onTheirWay = new Map<number, number>();

  constructor(
    private readonly file: UploadFile,
    private readonly options: UploadOptions,
  ) {
    const fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
    this.tries = options.tries ?? 12;
    this.api = new UploadApi({ baseUrl: options.baseUrl, token: options.token, tries: this.tries, fetch });
    this.put = options.putPart ?? defaultPut(options.fetch);
    this.uploadId = options.uploadId ?? '';
  }

  get progress(): Progress {
    const moving = [...this.onTheirWay.values()].reduce((sum, bytes) => sum + bytes, 0);
    const { state, uploadId, storedBytes } = this;
    return { state, uploadId, sentBytes: Math.min(this.file.size, storedBytes + moving), totalBytes: this.file.size };
  }

  /**
   * Sends what is missing and publishes.
   *
   * @returns the video's id; undefined when it was paused or aborted meanwhile
   * @throws ApiError when the server refuses; Passing when network or server stayed away: `run` goes on later
   */
  async run(): Promise<number | undefined> {
    this.stop = new AbortController();
    try {
      return await this.work(this.stop.signal);
    } catch (error) {
      if (this.stop.signal.reason instanceof Paused) return void this.enter('paused');
      if (this.stop.signal.reason instanceof Aborted) return void this.enter('aborted');
      this.enter('failed');
      // Whatever else is on its way for this upload ends too.
      this.stop.abort(error);
      throw error;
    }
  }

  /** Stops sending; parts that are half sent are sent again by the next `run`. */
  pause(): void {
    this.stop.abort(new Paused());
  }

  /** Gives the upload up and has the server remove what it has of it. */
  async abort(): Promise<void> {
    this.stop.abort(new Aborted());
    this.enter('aborted');
    if (this.uploadId !== '') await this.api.abort(this.uploadId, new AbortController().signal);
  }

  private async work(signal: AbortSignal): Promise<number> {
    const { status, begun } = await this.begin(signal);
    if (status && status.state !== 'open') return this.complete(signal);
    const plan = status ?? (begun as Begun);
    const addresses = new Addresses(this.api, this.uploadId);
    if (begun) addresses.add(begun.parts);
    const pending = await this.missing(plan, status, signal);
    this.enter('uploading');
    const lane = async (): Promise<void> => {
      for (let number = pending.shift(); number !== undefined; number = pending.shift()) {
        await this.send(number, plan.part_size, { addresses, pending, signal });
      }
    };
    await Promise.all(Array.from({ length: this.options.parallel ?? 4 }, lane));
    return this.complete(signal);
  }

  private async begin(signal: AbortSignal): Promise<{ status?: Status; begun?: Begun }> {
    this.enter('checking');
    if (this.uploadId !== '') {
      const status = await this.api.status(this.uploadId, signal);
      if (status.size !== this.file.size) throw new Error(`the upload is of another file: ${status.size} bytes, not ${this.file.size}`);
      return { status };
    }
    const { title = '', contentType = this.file.type, fileName = '', sha256 = '' } = this.options;
    const fields = { size: this.file.size, content_type: contentType, title, file_name: fileName, sha256 };
    const begun = await this.api.init(fields, this.requestKey, signal);
    this.uploadId = begun.upload_id;
    return { begun };
  }

  /** Numbers of the parts to send: those that are not stored, or not as they are in this file. */
  private async missing(
    plan: { part_size: number; part_count: number },
    status: Status | undefined,
    signal: AbortSignal,
  ): Promise<number[]> {
    this.storedBytes = 0;
    this.onTheirWay.clear();
    const stored = new Map(status?.parts.map((part) => [part.number, part]));
    const missing: number[] = [];
    for (let number = 1; number <= plan.part_count; number += 1) {
      signal.throwIfAborted();
      const part = stored.get(number);
      const bytes = part && (await this.read(number, plan.part_size));
      const same = part && bytes && part.size === bytes.length && (this.options.verify === false || md5(bytes) === part.etag);
      if (bytes) this.file.giveBack?.(bytes.buffer);
      if (same) this.storedBytes += part.size;
      else missing.push(number);
    }
    return missing;
  }

  private async read(number: number, partSize: number): Promise<Uint8Array<ArrayBuffer>> {
    const start = (number - 1) * partSize;
    return new Uint8Array(await this.file.slice(start, start + partSize).arrayBuffer());
  }

  private async send(
    number: number,
    partSize: number,
    { addresses, pending, signal }: { addresses: Addresses; pending: readonly number[]; signal: AbortSignal },
  ): Promise<void> {
    const bytes = await this.read(number, partSize);
    const hash = this.options.verify === false ? '' : md5(bytes);
    const onSent = (sent: number): void => {
      this.onTheirWay.set(number, sent);
      this.tell();
    };
    await retried(
      async () => {
        const url = await addresses.of(number, pending, signal);
        const outcome = await this.put(url, bytes, signal, onSent).finally(() => this.onTheirWay.delete(number));
        if (outcome === 'gone') throw new ApiError(0, 'the upload has ended: it was aborted, completed or has expired');
        if (outcome === 'refused') addresses.forget(number);
        if (outcome === 'refused') throw new Passing('the address of the part was refused');
        if (hash !== '' && outcome.etag !== '' && outcome.etag !== hash) throw new Passing('the part was damaged on its way');
      },
      this.tries,
      signal,
    );
    this.storedBytes += bytes.length;
    this.file.giveBack?.(bytes.buffer);
    this.tell();
  }

  private async complete(signal: AbortSignal): Promise<number> {
    this.enter('completing');
    const id = await this.api.complete(this.uploadId, signal);
    this.storedBytes = this.file.size;
    this.enter('completed');
    return id;
  }

  private enter(state: UploadState): void {
    this.state = state;
    this.tell();
  }

  private tell(): void {
    this.options.onProgress?.(this.progress);
  }
}
