import { createHash, createHmac } from 'node:crypto';
import { isSubResource } from './signature-v1.js';
import { header, type OssRequest } from './request.js';

export const V4_ALGORITHM = 'OSS4-HMAC-SHA256';

/** What a V4 credential is good for: `keyId/yyyymmdd/region/oss/aliyun_v4_request`. */
export interface Scope {
  readonly keyId: string;
  readonly day: string;
  readonly region: string;
}

/** undefined when it has another form. */
export function parseScope(credential: string): Scope | undefined {
  const match = /^(.+)\/(\d{8})\/([\w-]+)\/oss\/aliyun_v4_request$/.exec(credential);
  return match ? { keyId: match[1] ?? '', day: match[2] ?? '', region: match[3] ?? '' } : undefined;
}

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

const bySign = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** How a parameter without a value is written: signers disagree, so each way is tried. */
type EmptyForm = (name: string) => string;
const EMPTY_FORMS: readonly EmptyForm[] = [(name) => (isSubResource(name) ? '' : '='), () => '', () => '='];

function canonicalQuery(query: ReadonlyMap<string, string>, empty: EmptyForm): string {
  return [...query]
    .filter(([name]) => name !== 'x-oss-signature')
    .map(([name, value]) => [encode(name), value === '' ? empty(name) : `=${encode(value)}`] as const)
    .sort(([a], [b]) => bySign(a, b))
    .map(([name, value]) => name + value)
    .join('&');
}

function canonicalHeaders(request: OssRequest, additional: readonly string[]): string {
  const signed = (name: string): boolean =>
    name === 'content-type' || name === 'content-md5' || name.startsWith('x-oss-') || additional.includes(name);
  return Object.keys(request.http.headers)
    .filter(signed)
    .sort(bySign)
    .map((name) => `${name}:${(header(request, name) ?? '').trim()}\n`)
    .join('');
}

/** The canonical requests that a signer may have meant: they differ in how parameters without a value are written. */
function canonicalRequests(request: OssRequest, additional: readonly string[]): string[] {
  const path = encode(request.bucket === '' ? '/' : `/${request.bucket}/${request.key}`).replaceAll('%2F', '/');
  const payload = header(request, 'x-oss-content-sha256') ?? 'UNSIGNED-PAYLOAD';
  const rest = [canonicalHeaders(request, additional), additional.join(';'), payload];
  const queries = new Set(EMPTY_FORMS.map((empty) => canonicalQuery(request.query, empty)));
  return [...queries].map((query) => [request.method, path, query, ...rest].join('\n'));
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** Signs any text for a scope: requests sign a string-to-sign, form uploads their policy. Hex. */
export function signV4(secret: string, scope: Scope, text: string): string {
  const key = hmac(hmac(hmac(hmac(`aliyun_v4${secret}`, scope.day), scope.region), 'oss'), 'aliyun_v4_request');
  return hmac(key, text).toString('hex');
}

/** The signatures that would be right for a request signed at `time` (`yyyymmddThhmmssZ`). */
export function signaturesV4(request: OssRequest, secret: string, scope: Scope, time: string, additional: readonly string[]): string[] {
  const scopeText = `${scope.day}/${scope.region}/oss/aliyun_v4_request`;
  return canonicalRequests(request, additional).map((canonical) => {
    const hash = createHash('sha256').update(canonical).digest('hex');
    return signV4(secret, scope, [V4_ALGORITHM, time, scopeText, hash].join('\n'));
  });
}
