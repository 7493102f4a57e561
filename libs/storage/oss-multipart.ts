import type { Readable } from 'node:stream';
import { JOINING, LONG, QUICK, bareEtag, call, putHeaders, timed } from './calls.js';
import type { MultipartUploads, OpenUpload, Part, PutOptions, SignPartOptions } from './object-store.js';
import type { OssClient } from './oss-client.js';
import { decodeCursor, encodeCursor } from './list-cursor.js';
import { send } from './send.js';
import type { AddressRequest } from './sign-address.js';
import { isStorageProblem } from './storage-error.js';

/** Parts of one answer. */
const PAGE = 1_000;

export class OssMultipart implements MultipartUploads {
  constructor(
    private readonly client: OssClient,
    private readonly sign: (request: AddressRequest) => string,
  ) {}

  async start(key: string, options: PutOptions): Promise<string> {
    const started = await call('multipart.start', key, () =>
      this.client.initMultipartUpload(key, { ...putHeaders(options), timeout: QUICK }),
    );
    return started.uploadId;
  }

  putPart(key: string, uploadId: string, number: number, stream: Readable, size: number): Promise<Part> {
    return timed('multipart.part', async () => {
      // A part without its upload is invisible, so a lost one needs no clean-up.
      const sent = await send(
        stream,
        { key, maxBytes: size },
        (body) => this.client.uploadPart(key, uploadId, number, body, 0, size, { timeout: LONG }),
        () => Promise.resolve(),
      );
      return { number, size: sent.size, etag: bareEtag(sent.answer.res.headers['etag']) };
    });
  }

  signPart(key: string, uploadId: string, number: number, { seconds, size }: SignPartOptions): string {
    const query = { partNumber: String(number), uploadId };
    return this.sign({ method: 'PUT', key, seconds, at: Date.now(), query, headers: { 'content-length': String(size) } });
  }

  async parts(key: string, uploadId: string): Promise<Part[]> {
    const parts: Part[] = [];
    for (let after = '0'; ;) {
      const query = { 'max-parts': PAGE, 'part-number-marker': after };
      const page = await call('multipart.parts', key, () => this.client.listParts(key, uploadId, query, { timeout: QUICK }));
      for (const part of [page.parts].flat()) {
        parts.push({ number: Number(part.PartNumber), size: Number(part.Size), etag: bareEtag(part.ETag) });
      }
      if (page.isTruncated !== 'true' || page.nextPartNumberMarker === undefined) return parts;
      after = page.nextPartNumberMarker;
    }
  }

  async list(prefix: string, cursor: string, count: number): Promise<{ uploads: OpenUpload[]; next: string }> {
    const [keyMarker, idMarker] = decodeCursor(cursor);
    const query = { prefix, 'max-uploads': count, 'key-marker': keyMarker, 'upload-id-marker': idMarker };
    const page = await call('multipart.list', prefix, () => this.client.listUploads(query, { timeout: QUICK }));
    const uploads = page.uploads.map(({ name, uploadId, initiated }) => ({ key: name, uploadId, startedAt: Date.parse(initiated) }));
    return { uploads, next: page.isTruncated ? encodeCursor(page.nextKeyMarker ?? '', page.nextUploadIdMarker ?? '') : '' };
  }

  async complete(key: string, uploadId: string, parts: readonly Pick<Part, 'number' | 'etag'>[]): Promise<void> {
    const named = parts.map(({ number, etag }) => ({ number, etag: `"${etag}"` }));
    await call('multipart.complete', key, () => this.client.completeMultipartUpload(key, uploadId, named, { timeout: JOINING }));
  }

  async abort(key: string, uploadId: string): Promise<void> {
    try {
      await call('multipart.abort', key, () => this.client.abortMultipartUpload(key, uploadId, { timeout: QUICK }));
    } catch (error) {
      if (!isStorageProblem(error, 'not-found')) throw error;
    }
  }
}
