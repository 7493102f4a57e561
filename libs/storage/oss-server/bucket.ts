import { corsTree, parseCorsRules } from './cors.js';
import { OssError } from './errors.js';
import { parseAcl } from './object-headers.js';
import { OWNER, type Handler, type Oss } from './oss.js';
import { sendEmpty, sendXml } from './reply.js';
import { header, readBody } from './request.js';
import type { XmlTree } from './xml.js';

const CORS_BODY_BYTES = 64 * 1024;

const about = (oss: Oss): XmlTree => ({
  Name: oss.bucket,
  Location: `oss-${oss.region}`,
  CreationDate: new Date(oss.settings.created).toISOString(),
  StorageClass: 'Standard',
});

export const listBuckets: Handler = (_request, res, oss) => {
  sendXml(res, 'ListAllMyBucketsResult', { Owner: OWNER, Buckets: { Bucket: [about(oss)] } });
  return Promise.resolve();
};

export const bucketInfo: Handler = (_request, res, oss) => {
  const Bucket = { ...about(oss), Owner: OWNER, AccessControlList: { Grant: oss.settings.acl } };
  sendXml(res, 'BucketInfo', { Bucket });
  return Promise.resolve();
};

export const bucketLocation: Handler = (_request, res, oss) => {
  sendXml(res, 'LocationConstraint', `oss-${oss.region}`);
  return Promise.resolve();
};

/** The one bucket is there already; creating it again is a success for its owner, and may set its ACL. */
export const putBucket: Handler = async (request, res, oss) => {
  const acl = header(request, 'x-oss-acl');
  if (acl !== undefined) await oss.settings.change({ acl: parseAcl(acl) });
  request.http.resume();
  sendEmpty(res, 200);
};

export const getBucketAcl: Handler = (_request, res, oss) => {
  sendXml(res, 'AccessControlPolicy', { Owner: OWNER, AccessControlList: { Grant: oss.settings.acl } });
  return Promise.resolve();
};

export const putBucketAcl: Handler = async (request, res, oss) => {
  await oss.settings.change({ acl: parseAcl(header(request, 'x-oss-acl') ?? '') });
  sendEmpty(res, 200);
};

export const getCors: Handler = (_request, res, oss) => {
  if (oss.settings.cors.length === 0) throw new OssError('NoSuchCORSConfiguration');
  sendXml(res, 'CORSConfiguration', corsTree(oss.settings.cors));
  return Promise.resolve();
};

export const putCors: Handler = async (request, res, oss) => {
  await oss.settings.change({ cors: parseCorsRules((await readBody(request, CORS_BODY_BYTES)).toString('utf8')) });
  sendEmpty(res, 200);
};

export const deleteCors: Handler = async (_request, res, oss) => {
  await oss.settings.change({ cors: [] });
  sendEmpty(res, 204);
};
