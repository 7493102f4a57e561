import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { checkConditions } from './conditions.js';
import { OssError } from './errors.js';
import { discard, type StagedFile } from './files.js';
import { headersOf, keptHeaders, parseObjectAcl } from './object-headers.js';
import type { NewObject, ObjectMeta } from './objects.js';
import { quoted, type Handler, type Oss } from './oss.js';
import { parseRange } from './ranges.js';
import { sendEmpty, sendXml } from './reply.js';
import { checkKey, header, readBody, type OssRequest } from './request.js';
import { blocksOf, textsOf } from './xml.js';

/** 1,000 keys of 1,023 bytes, escaped. */
const DELETE_BODY_BYTES = 4 * 2 ** 20;
const MAX_DELETES = 1_000;

/** What the request's headers say about the object it makes. */
export const newObjectOf = (request: OssRequest): NewObject => ({
  key: request.key,
  headers: keptHeaders(headersOf(request)),
  acl: parseObjectAcl(header(request, 'x-oss-object-acl')),
  forbidOverwrite: header(request, 'x-oss-forbid-overwrite') === 'true',
});

/**
 * Stores the body and checks it against Content-MD5.
 *
 * @throws OssError EntityTooLarge, InvalidDigest, BadDigest
 */
export async function stageBody(request: OssRequest, oss: Oss): Promise<StagedFile> {
  const claimed = header(request, 'content-md5');
  if (claimed !== undefined && Buffer.from(claimed, 'base64').length !== 16) throw new OssError('InvalidDigest');
  if (Number(header(request, 'content-length') ?? 0) > oss.maxObjectBytes) throw new OssError('EntityTooLarge');
  const staged = await oss.objects.stage(request.http, oss.maxObjectBytes);
  if (claimed !== undefined && Buffer.from(claimed, 'base64').toString('hex').toUpperCase() !== staged.md5) {
    await discard(staged.path);
    throw new OssError('BadDigest');
  }
  return staged;
}

/** Stores the bytes that `x-oss-copy-source` names, or the part of them in `x-oss-copy-source-range`. */
export async function stageCopy(request: OssRequest, oss: Oss): Promise<{ staged: StagedFile; source: ObjectMeta }> {
  const [, bucket, key] = /^\/([^/]+)\/(.+)$/.exec(decodeURIComponent(header(request, 'x-oss-copy-source') ?? '')) ?? [];
  if (bucket === undefined || key === undefined) throw new OssError('InvalidArgument', 'x-oss-copy-source is malformed.');
  if (bucket !== oss.bucket) throw new OssError('NoSuchBucket');
  const { meta, stream } = await oss.objects.read(key, (found) => {
    checkConditions(request, found, 'x-oss-copy-source-');
    const all = found.size === 0 ? undefined : { start: 0, end: found.size - 1 };
    return parseRange(header(request, 'x-oss-copy-source-range'), found.size) ?? all;
  });
  try {
    return { staged: await oss.objects.stage(stream ?? Readable.from([]), oss.maxObjectBytes), source: meta };
  } finally {
    stream?.destroy();
  }
}

export const putObject: Handler = async (request, res, oss) => {
  const object = newObjectOf(request);
  if (object.forbidOverwrite && oss.objects.find(request.key)) throw new OssError('FileAlreadyExists');
  const meta = await oss.objects.commit(await stageBody(request, oss), object);
  const md5 = header(request, 'content-md5');
  sendEmpty(res, 200, { etag: quoted(meta.etag), ...(md5 === undefined ? {} : { 'content-md5': md5 }) });
};

export const copyObject: Handler = async (request, res, oss) => {
  const { staged, source } = await stageCopy(request, oss);
  const replace = header(request, 'x-oss-metadata-directive')?.toUpperCase() === 'REPLACE';
  const object = newObjectOf(request);
  const meta = await oss.objects.commit(staged, replace ? object : { ...object, headers: source.headers });
  const etag = quoted(meta.etag);
  res.setHeader('etag', etag);
  sendXml(res, 'CopyObjectResult', { ETag: etag, LastModified: new Date(meta.modified).toISOString() });
};

export const deleteObject: Handler = async (request, res, oss) => {
  await oss.objects.remove(request.key);
  sendEmpty(res, 204);
};

export const deleteMany: Handler = async (request, res, oss) => {
  const body = await readBody(request, DELETE_BODY_BYTES);
  const claimed = header(request, 'content-md5');
  if (claimed !== undefined && createHash('md5').update(body).digest('base64') !== claimed) throw new OssError('BadDigest');
  const xml = body.toString('utf8');
  const keys = blocksOf(xml, 'Object').map((object) => checkKey(textsOf(object, 'Key')[0] ?? ''));
  if (keys.length === 0 || keys.length > MAX_DELETES) throw new OssError('MalformedXML');
  for (const key of keys) await oss.objects.remove(key);
  const quiet = textsOf(xml, 'Quiet')[0] === 'true';
  sendXml(res, 'DeleteResult', quiet ? {} : { Deleted: keys.map((Key) => ({ Key })) });
};

export const putObjectAcl: Handler = async (request, res, oss) => {
  await oss.objects.setAcl(request.key, parseObjectAcl(header(request, 'x-oss-object-acl')));
  sendEmpty(res, 200);
};
