import { OssError } from './errors.js';
import { pageSize } from './multipart.js';
import type { DiskObjects } from './objects.js';
import { OWNER, quoted, type Handler, type Oss } from './oss.js';
import { sendXml } from './reply.js';
import type { OssRequest } from './request.js';
import type { XmlTree } from './xml.js';

/** OSS lists 100 keys when not told. */
const DEFAULT_PAGE = 100;

export interface Page {
  readonly keys: readonly string[];
  /** What stands for the keys that have the delimiter after the prefix. */
  readonly prefixes: readonly string[];
  /** The last name of the page when there is more. */
  readonly next: string | undefined;
}

/** The names after `after`, in order: keys, and common prefixes in their place. */
export function pageOf(keys: readonly string[], prefix: string, delimiter: string, after: string, size: number): Page {
  const page = { keys: [] as string[], prefixes: [] as string[] };
  let last = '';
  for (const key of keys) {
    if (!key.startsWith(prefix)) continue;
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const name = cut < 0 ? key : key.slice(0, cut + delimiter.length);
    if (name <= after || (cut >= 0 && name === last)) continue;
    if (page.keys.length + page.prefixes.length === size) return { ...page, next: last };
    (cut < 0 ? page.keys : page.prefixes).push(name);
    last = name;
  }
  return { ...page, next: undefined };
}

function contents(objects: DiskObjects, keys: readonly string[], encode: (text: string) => string, owner: boolean): XmlTree[] {
  return keys.flatMap((key) => {
    const meta = objects.find(key);
    if (!meta) return [];
    const tree = {
      Key: encode(key),
      LastModified: new Date(meta.modified).toISOString(),
      ETag: quoted(meta.etag),
      Type: meta.type,
      Size: meta.size,
      StorageClass: 'Standard',
    };
    return [owner ? { ...tree, Owner: OWNER } : tree];
  });
}

/** What both versions have in common. */
function listed(request: OssRequest, oss: Oss, after: string): { page: Page; tree: XmlTree; encode: (text: string) => string } {
  const text = (name: string): string => request.query.get(name) ?? '';
  const encode = text('encoding-type') === 'url' ? encodeURIComponent : (plain: string): string => plain;
  const size = pageSize(request, 'max-keys', DEFAULT_PAGE);
  const page = pageOf(oss.objects.keys(), text('prefix'), text('delimiter'), after, size);
  const tree = {
    Name: oss.bucket,
    Prefix: encode(text('prefix')),
    MaxKeys: size,
    Delimiter: encode(text('delimiter')),
    EncodingType: text('encoding-type') || undefined,
    IsTruncated: page.next !== undefined,
    CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  };
  return { page, tree, encode };
}

function listV1(request: OssRequest, oss: Oss): XmlTree {
  const marker = request.query.get('marker') ?? '';
  const { page, tree, encode } = listed(request, oss, marker);
  const next = page.next === undefined ? undefined : encode(page.next);
  return { ...tree, Marker: encode(marker), NextMarker: next, Contents: contents(oss.objects, page.keys, encode, true) };
}

const token = (name: string): string => Buffer.from(name).toString('base64url');

function listV2(request: OssRequest, oss: Oss): XmlTree {
  const given = request.query.get('continuation-token') ?? '';
  const startAfter = request.query.get('start-after') ?? '';
  const after = given === '' ? startAfter : Buffer.from(given, 'base64url').toString('utf8');
  if (given !== '' && token(after) !== given) throw new OssError('InvalidArgument', 'The continuation token is invalid.');
  const { page, tree, encode } = listed(request, oss, after);
  return {
    ...tree,
    StartAfter: encode(startAfter),
    ContinuationToken: given || undefined,
    NextContinuationToken: page.next === undefined ? undefined : token(page.next),
    KeyCount: page.keys.length + page.prefixes.length,
    Contents: contents(oss.objects, page.keys, encode, request.query.get('fetch-owner') === 'true'),
  };
}

export const listObjects: Handler = (request, res, oss) => {
  const tree = request.query.get('list-type') === '2' ? listV2(request, oss) : listV1(request, oss);
  sendXml(res, 'ListBucketResult', tree);
  return Promise.resolve();
};
