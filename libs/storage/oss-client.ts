import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import OSS from 'ali-oss';
import type { Signer } from './sign-address.js';

/** `[until connected, until the answer]`, ms. */
export type Timeout = readonly [connect: number, answer: number];

interface Options {
  readonly timeout?: Timeout;
  readonly mime?: string;
  readonly headers?: Record<string, string>;
  readonly contentLength?: number;
}

interface Answer {
  readonly res: { readonly headers: Record<string, string | undefined> };
}

interface Listed {
  readonly objects: readonly { name: string; size: number; etag: string; lastModified: string }[];
  readonly nextContinuationToken: string | null;
}

interface ListedPart {
  readonly PartNumber: string;
  readonly ETag: string;
  readonly Size: string;
}

interface ListedUploads {
  readonly uploads: readonly { name: string; uploadId: string; initiated: string }[];
  readonly isTruncated: boolean;
  readonly nextKeyMarker?: string;
  readonly nextUploadIdMarker?: string;
}

export interface CorsRule {
  readonly allowedOrigin: string | string[];
  readonly allowedMethod: string | string[];
  readonly allowedHeader: string | string[];
  readonly exposeHeader: string | string[];
  /** Seconds. */
  readonly maxAgeSeconds: string;
}

/** The part of ali-oss that is used, with the types it has in truth (the published ones differ). */
export interface OssClient {
  put(key: string, bytes: Buffer, options: Options): Promise<Answer>;
  putStream(key: string, stream: Readable, options: Options): Promise<Answer>;
  get(key: string, options: Options): Promise<Answer & { content: Buffer }>;
  getStream(key: string, options: Options): Promise<Answer & { stream: Readable }>;
  head(key: string, options: Options): Promise<Answer>;
  deleteMulti(keys: string[], options: Options & { quiet: boolean }): Promise<unknown>;
  listV2(query: Record<string, string | number>, options: Options): Promise<Listed>;
  initMultipartUpload(key: string, options: Options): Promise<{ uploadId: string }>;
  uploadPart(
    key: string,
    uploadId: string,
    number: number,
    stream: Readable,
    start: number,
    end: number,
    options: Options,
  ): Promise<Answer>;
  completeMultipartUpload(key: string, uploadId: string, parts: { number: number; etag: string }[], options: Options): Promise<unknown>;
  abortMultipartUpload(key: string, uploadId: string, options: Options): Promise<unknown>;
  listUploads(query: Record<string, string | number>, options: Options): Promise<ListedUploads>;
  putBucketCORS(bucket: string, rules: CorsRule[], options?: Options): Promise<unknown>;
  listParts(
    key: string,
    uploadId: string,
    query: Record<string, string | number>,
    options: Options,
  ): Promise<{ parts: ListedPart | ListedPart[]; isTruncated: string; nextPartNumberMarker?: string }>;
}

export type OssClientOptions = Signer;

/** A client with V4 signatures and connections of its own. Calls without a stream are retried when the network fails. */
export function ossClient(options: OssClientOptions): OssClient {
  const { sld, ...rest } = options;
  const agents = { agent: new HttpAgent({ keepAlive: true }), httpsAgent: new HttpsAgent({ keepAlive: true }) };
  const secure = options.endpoint.startsWith('https:');
  const settings = { ...rest, ...agents, secure, sldEnable: sld, authorizationV4: true, retryMax: 2 };
  return new OSS(settings) as unknown as OssClient;
}
