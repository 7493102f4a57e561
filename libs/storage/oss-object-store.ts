import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { childLog } from '@doul/runtime';
import { LONG, QUICK, bareEtag, call, putHeaders, timed } from './calls.js';
import type { ObjectInfo, ObjectStore, PutOptions, PutStreamOptions, Range, SignReadOptions, Stored } from './object-store.js';
import { ossClient, type CorsRule, type OssClient, type OssClientOptions } from './oss-client.js';
import { OssMultipart } from './oss-multipart.js';
import { IDLE_MS, send } from './send.js';
import { signAddress, type AddressRequest } from './sign-address.js';
import { StorageError, isStorageProblem } from './storage-error.js';

const log = childLog('storage');

/** Keys of one batch delete. */
const DELETE_BATCH = 1_000;

export interface OssStoreOptions extends OssClientOptions {
  /** What public objects are read from. */
  readonly mediaBaseUrl: string;
  /** Public address of the bucket in signed addresses; `''` = the endpoint. */
  readonly signedBaseUrl: string;
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');
const inUrl = (key: string): string => key.split('/').map(encodeURIComponent).join('/');
const rangeHeader = (range: Range | undefined): Record<string, string> =>
  range ? { Range: `bytes=${range.start}-${range.end ?? ''}`, 'x-oss-range-behavior': 'standard' } : {};

/** What pages in browsers need: reading with ranges, and PUTs to signed addresses whose ETag they then name. */
const browserRule = (origins: readonly string[]): CorsRule => ({
  allowedOrigin: [...origins],
  allowedMethod: ['GET', 'HEAD', 'PUT'],
  allowedHeader: '*',
  exposeHeader: ['ETag', 'x-oss-request-id', 'Content-Range', 'Accept-Ranges', 'Content-Length'],
  maxAgeSeconds: '600',
});

/** The store over ali-oss: Aliyun OSS and the bundled server alike. */
export class OssObjectStore implements ObjectStore {
  readonly #client: OssClient;
  readonly multipart: OssMultipart;

  constructor(private readonly options: OssStoreOptions) {
    this.#client = ossClient(options);
    this.multipart = new OssMultipart(this.#client, this.#sign);
  }

  putStream(key: string, source: Readable, options: PutStreamOptions): Promise<Stored> {
    return timed('put-stream', async () => {
      const sent = await send(
        source,
        { key, maxBytes: options.maxBytes, signal: options.signal },
        (stream) => this.#client.putStream(key, stream, { ...putHeaders(options), timeout: LONG }),
        () => this.delete([key]).catch((error: unknown) => log.warn({ err: error, key }, 'a failed upload may have left an object')),
      );
      return { size: sent.size, etag: bareEtag(sent.answer.res.headers['etag']) };
    });
  }

  async put(key: string, bytes: Buffer, options: PutOptions): Promise<Stored> {
    const answer = await call('put', key, () => this.#client.put(key, bytes, { ...putHeaders(options), timeout: QUICK }));
    return { size: bytes.length, etag: bareEtag(answer.res.headers['etag']) };
  }

  async get(key: string, range?: Range): Promise<Buffer> {
    const options = { headers: rangeHeader(range), timeout: QUICK };
    return (await call('get', key, () => this.#client.get(key, options))).content;
  }

  async getStream(key: string, range?: Range): Promise<Readable> {
    const options = { headers: rangeHeader(range), timeout: QUICK };
    const { stream } = await call('get-stream', key, () => this.#client.getStream(key, options));
    (stream as IncomingMessage).setTimeout(IDLE_MS, () => stream.destroy(new StorageError('stalled', `no byte of ${key}`)));
    return stream;
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    try {
      const { res } = await call('head', key, () => this.#client.head(key, { timeout: QUICK }));
      return {
        key,
        size: Number(res.headers['content-length'] ?? 0),
        etag: bareEtag(res.headers['etag']),
        modified: Date.parse(res.headers['last-modified'] ?? ''),
        contentType: res.headers['content-type'] ?? 'application/octet-stream',
      };
    } catch (error) {
      if (isStorageProblem(error, 'not-found')) return undefined;
      throw error;
    }
  }

  async delete(keys: readonly string[]): Promise<void> {
    for (let at = 0; at < keys.length; at += DELETE_BATCH) {
      const batch = keys.slice(at, at + DELETE_BATCH);
      await call('delete', batch[0] ?? '', () => this.#client.deleteMulti(batch, { quiet: true, timeout: QUICK }));
    }
  }

  async list(prefix: string, cursor: string, count: number): Promise<{ objects: ObjectInfo[]; next: string }> {
    const query = { prefix, 'max-keys': count, ...(cursor === '' ? {} : { 'continuation-token': cursor }) };
    const page = await call('list', prefix, () => this.#client.listV2(query, { timeout: QUICK }));
    const objects = page.objects.map(({ name, size, etag, lastModified }) => ({
      key: name,
      size,
      etag: bareEtag(etag),
      modified: Date.parse(lastModified),
    }));
    return { objects, next: page.nextContinuationToken ?? '' };
  }

  signRead(key: string, { seconds, window = 0 }: SignReadOptions): string {
    const now = Date.now();
    const at = window === 0 ? now : now - (now % (window * 1_000));
    return this.#sign({ method: 'GET', key, seconds: seconds + window, at });
  }

  signUpload(key: string, { contentType, seconds }: { contentType: string; seconds: number }): string {
    return this.#sign({ method: 'PUT', key, seconds, at: Date.now(), headers: { 'content-type': contentType } });
  }

  publicUrl(key: string): string {
    return `${withoutSlash(this.options.mediaBaseUrl)}/${inUrl(key)}`;
  }

  async allowOrigins(origins: readonly string[]): Promise<void> {
    const { bucket } = this.options;
    await call('cors', bucket, () => this.#client.putBucketCORS(bucket, [browserRule(origins)], { timeout: QUICK }));
  }

  /** The signature covers bucket, key and query, not the host, so the same query holds at the public address. */
  readonly #sign = (request: AddressRequest): string => {
    const signed = signAddress(this.options, request);
    const { signedBaseUrl } = this.options;
    return signedBaseUrl === '' ? signed : `${withoutSlash(signedBaseUrl)}/${inUrl(request.key)}${signed.slice(signed.indexOf('?'))}`;
  };
}
