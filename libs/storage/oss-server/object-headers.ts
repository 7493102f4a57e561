import { OssError } from './errors.js';
import { quoted } from './oss.js';
import type { Acl, ObjectMeta } from './objects.js';
import { header, type OssRequest } from './request.js';

const KEPT = ['content-type', 'cache-control', 'content-disposition', 'content-encoding', 'content-language', 'expires'] as const;
const OVERRIDES = KEPT.map((name) => [`response-${name}`, name] as const);
const MAX_META_BYTES = 8 * 1024;

/**
 * The headers of an upload that its object will answer with.
 *
 * @throws OssError InvalidArgument when the metadata is larger than 8 KB
 */
export function keptHeaders(headers: Iterable<readonly [string, string]>): Record<string, string> {
  const kept: Record<string, string> = { 'content-type': 'application/octet-stream' };
  let bytes = 0;
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (lower.startsWith('x-oss-meta-')) bytes += lower.length + value.length;
    else if (!(KEPT as readonly string[]).includes(lower)) continue;
    kept[lower] = value;
  }
  if (bytes > MAX_META_BYTES) throw new OssError('InvalidArgument', 'Your metadata headers exceed the maximum allowed metadata size.');
  return kept;
}

export const headersOf = (request: OssRequest): [string, string][] =>
  Object.keys(request.http.headers).map((name) => [name, header(request, name) ?? '']);

const ACLS: readonly string[] = ['private', 'public-read', 'public-read-write'] satisfies Acl[];

/** @throws OssError InvalidArgument */
export function parseAcl(text: string, allowed: readonly string[] = ACLS): Acl {
  if (!allowed.includes(text)) throw new OssError('InvalidArgument', 'no such acl');
  return text as Acl;
}

/** @throws OssError InvalidArgument */
export const parseObjectAcl = (text: string | undefined): Acl | 'default' =>
  text === undefined || text === 'default' ? 'default' : parseAcl(text);

/** What identifies the state of an object: a 304 has these too. */
export function validators(meta: ObjectMeta): Record<string, string> {
  const cache = meta.headers['cache-control'];
  return {
    etag: quoted(meta.etag),
    'last-modified': new Date(meta.modified).toUTCString(),
    ...(cache === undefined ? {} : { 'cache-control': cache }),
  };
}

/** All headers of an object; a signed address may replace some (`response-content-type` and the like). */
export function answerHeaders(meta: ObjectMeta, query: ReadonlyMap<string, string>): Record<string, string> {
  const replaced = OVERRIDES.flatMap(([parameter, name]) => {
    const value = query.get(parameter);
    return value === undefined || /[\r\n]/.test(value) ? [] : [[name, value] as const];
  });
  return {
    ...meta.headers,
    ...validators(meta),
    'accept-ranges': 'bytes',
    'x-oss-object-type': meta.type,
    'x-oss-storage-class': 'Standard',
    ...Object.fromEntries(replaced),
  };
}
