import { OssError } from './errors.js';
import { newObjectOf, stageBody, stageCopy } from './object-write.js';
import { OWNER, quoted, type Handler } from './oss.js';
import { sendEmpty, sendXml } from './reply.js';
import { header, readBody, type OssRequest } from './request.js';
import { blocksOf, textsOf } from './xml.js';

const MAX_PARTS = 10_000;
/** 10,000 parts of about 100 bytes each. */
const COMPLETE_BODY_BYTES = 4 * 2 ** 20;
const PAGE = 1_000;

const iso = (ms: number): string => new Date(ms).toISOString();
const text = (request: OssRequest, name: string): string => request.query.get(name) ?? '';

/** @throws OssError InvalidArgument */
export function pageSize(request: OssRequest, name: string, unset: number): number {
  const given = request.query.get(name);
  if (given === undefined || given === '') return unset;
  const size = Number(given);
  if (!Number.isInteger(size) || size < 1 || size > PAGE) throw new OssError('InvalidArgument', `${name} must be 1 to ${PAGE}.`);
  return size;
}

export const initiateUpload: Handler = async (request, res, oss) => {
  const upload = await oss.uploads.initiate(newObjectOf(request));
  sendXml(res, 'InitiateMultipartUploadResult', { Bucket: oss.bucket, Key: request.key, UploadId: upload.id });
};

export const uploadPart: Handler = async (request, res, oss) => {
  const number = Number(text(request, 'partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > MAX_PARTS) {
    throw new OssError('InvalidArgument', `Part number must be an integer between 1 and ${MAX_PARTS}, inclusive`);
  }
  const upload = oss.uploads.get(text(request, 'uploadId'), request.key);
  const copies = header(request, 'x-oss-copy-source') !== undefined;
  const staged = copies ? (await stageCopy(request, oss)).staged : await stageBody(request, oss);
  const part = await oss.uploads.addPart(upload, number, staged);
  res.setHeader('etag', quoted(part.etag));
  if (copies) sendXml(res, 'CopyPartResult', { LastModified: iso(part.modified), ETag: quoted(part.etag) });
  else sendEmpty(res, 200);
};

export const completeUpload: Handler = async (request, res, oss) => {
  const upload = oss.uploads.get(text(request, 'uploadId'), request.key);
  const xml = (await readBody(request, COMPLETE_BODY_BYTES)).toString('utf8');
  const named = blocksOf(xml, 'Part').map((part) => ({
    number: Number(textsOf(part, 'PartNumber')[0]),
    etag: textsOf(part, 'ETag')[0] ?? '',
  }));
  const meta = await oss.uploads.complete(upload, named);
  const etag = quoted(meta.etag);
  res.setHeader('etag', etag);
  const Location = `http://${header(request, 'host') ?? ''}/${oss.bucket}/${encodeURI(request.key)}`;
  sendXml(res, 'CompleteMultipartUploadResult', { Location, Bucket: oss.bucket, Key: request.key, ETag: etag });
};

export const abortUpload: Handler = async (request, res, oss) => {
  await oss.uploads.abort(oss.uploads.get(text(request, 'uploadId'), request.key));
  sendEmpty(res, 204);
};

export const listParts: Handler = (request, res, oss) => {
  const upload = oss.uploads.get(text(request, 'uploadId'), request.key);
  const [after, size] = [Number(text(request, 'part-number-marker')), pageSize(request, 'max-parts', PAGE)];
  const rest = [...upload.parts.values()].filter((part) => part.number > after).sort((a, b) => a.number - b.number);
  const page = rest.slice(0, size);
  sendXml(res, 'ListPartsResult', {
    Bucket: oss.bucket,
    Key: request.key,
    UploadId: upload.id,
    StorageClass: 'Standard',
    PartNumberMarker: after,
    NextPartNumberMarker: page.at(-1)?.number,
    MaxParts: size,
    IsTruncated: rest.length > size,
    Part: page.map((part) => ({
      PartNumber: part.number,
      LastModified: iso(part.modified),
      ETag: quoted(part.etag),
      Size: part.size,
    })),
  });
  return Promise.resolve();
};

export const listUploads: Handler = (request, res, oss) => {
  const [prefix, keyMarker, idMarker] = ['prefix', 'key-marker', 'upload-id-marker'].map((name) => text(request, name)) as [
    string,
    string,
    string,
  ];
  const size = pageSize(request, 'max-uploads', PAGE);
  const rest = oss.uploads
    .all()
    .filter(({ object }) => object.key.startsWith(prefix))
    .filter(({ object, id }) => object.key > keyMarker || (object.key === keyMarker && idMarker !== '' && id > idMarker));
  const page = rest.slice(0, size);
  const truncated = rest.length > size;
  sendXml(res, 'ListMultipartUploadsResult', {
    Bucket: oss.bucket,
    KeyMarker: keyMarker,
    UploadIdMarker: idMarker,
    NextKeyMarker: truncated ? page.at(-1)?.object.key : '',
    NextUploadIdMarker: truncated ? page.at(-1)?.id : '',
    Prefix: prefix,
    MaxUploads: size,
    IsTruncated: truncated,
    Upload: page.map(({ object, id, initiated }) => ({
      Key: object.key,
      UploadId: id,
      StorageClass: 'Standard',
      Initiated: iso(initiated),
      Owner: OWNER,
    })),
  });
  return Promise.resolve();
};
