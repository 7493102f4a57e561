import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { OssError } from './errors.js';

/** A request in the protocol's own terms. */
export interface OssRequest {
  readonly http: IncomingMessage;
  readonly method: string;
  /** `''` for the service itself. */
  readonly bucket: string;
  /** Decoded; `''` for the bucket itself. */
  readonly key: string;
  /** Decoded; `?acl` and `?acl=` both give `''`. */
  readonly query: ReadonlyMap<string, string>;
  /** 24 hex digits, upper case, as OSS makes them. */
  readonly id: string;
}

/** Keys are 1-1,023 bytes of UTF-8 and start with neither slash nor backslash. */
const KEY_BYTES = 1_023;

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new OssError('InvalidURI');
  }
}

function parseQuery(text: string): Map<string, string> {
  const query = new Map<string, string>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const name = decode((at < 0 ? pair : pair.slice(0, at)).replaceAll('+', ' '));
    query.set(name, at < 0 ? '' : decode(pair.slice(at + 1).replaceAll('+', ' ')));
  }
  return query;
}

/** Bucket and key of a path-style address (`/bucket/key`), or of a host-style one (`bucket.host` and `/key`). */
function parseTarget(path: string, host: string, ownBucket: string): { bucket: string; key: string } {
  if (host.startsWith(`${ownBucket}.`)) return { bucket: ownBucket, key: decode(path.slice(1)) };
  const slash = path.indexOf('/', 1);
  if (slash < 0) return { bucket: decode(path.slice(1)), key: '' };
  return { bucket: decode(path.slice(1, slash)), key: decode(path.slice(slash + 1)) };
}

/** @throws OssError InvalidObjectName */
export function checkKey(key: string): string {
  if (key === '' || Buffer.byteLength(key) > KEY_BYTES || key.startsWith('/') || key.startsWith('\\')) {
    throw new OssError('InvalidObjectName');
  }
  return key;
}

export const newRequestId = (): string => randomBytes(12).toString('hex').toUpperCase();

/** @throws OssError InvalidURI, InvalidObjectName */
export function parseRequest(http: IncomingMessage, id: string, ownBucket: string): OssRequest {
  const target = http.url ?? '/';
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  if (!path.startsWith('/')) throw new OssError('InvalidURI');
  const { bucket, key } = parseTarget(path, http.headers.host ?? '', ownBucket);
  if (key !== '') checkKey(key);
  return { http, id, bucket, key, method: http.method ?? 'GET', query: parseQuery(mark < 0 ? '' : target.slice(mark + 1)) };
}

/** One header, or undefined. */
export function header(request: OssRequest, name: string): string | undefined {
  const value = request.http.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/**
 * The whole body of a request that carries a small document.
 *
 * @throws OssError EntityTooLarge beyond `maxBytes`
 */
export async function readBody(request: OssRequest, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.http as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new OssError('EntityTooLarge');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
