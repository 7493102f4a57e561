import { createHmac } from 'node:crypto';
import { header, type OssRequest } from './request.js';

/** Query parameters that are part of what a V1 signature signs. */
const SUB_RESOURCES = new Set(
  (
    'acl append bucketInfo callback callback-var cname comp continuation-token cors delete encryption endTime img inventory ' +
    'inventoryId lifecycle live location logging objectMeta partNumber policy position qos referer replication ' +
    'replicationLocation replicationProgress requestPayment resourceGroup response-cache-control ' +
    'response-content-disposition response-content-encoding response-content-language response-content-type response-expires ' +
    'restore security-token sequential startTime stat status style styleName symlink tagging uploadId uploads versionId ' +
    'versioning versions vod website worm wormExtend wormId x-oss-process x-oss-traffic-limit'
  ).split(' '),
);

/** Whether a query parameter names what is asked for rather than how. */
export const isSubResource = (name: string): boolean => SUB_RESOURCES.has(name);

function canonicalHeaders(request: OssRequest): string {
  const names = Object.keys(request.http.headers).filter((name) => name.startsWith('x-oss-'));
  return names
    .sort()
    .map((name) => `${name}:${(header(request, name) ?? '').trim()}\n`)
    .join('');
}

function canonicalResource(request: OssRequest): string {
  const path = request.bucket === '' ? '/' : `/${request.bucket}/${request.key}`;
  const parts = [...request.query]
    .filter(([name]) => isSubResource(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`));
  return parts.length === 0 ? path : `${path}?${parts.join('&')}`;
}

/** What a V1 signature signs; `date` is the date header, or the expiry of a signed address. */
export const stringToSignV1 = (request: OssRequest, date: string): string =>
  `${request.method}\n${header(request, 'content-md5') ?? ''}\n${header(request, 'content-type') ?? ''}\n${date}\n` +
  `${canonicalHeaders(request)}${canonicalResource(request)}`;

export const signV1 = (secret: string, text: string): string => createHmac('sha1', secret).update(text).digest('base64');
