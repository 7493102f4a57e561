import type { ServerResponse } from 'node:http';
import { authorise } from './authorise.js';
import { bucketInfo, bucketLocation, deleteCors, getBucketAcl, getCors, listBuckets, putBucket, putBucketAcl, putCors } from './bucket.js';
import { preflight } from './cors.js';
import { OssError } from './errors.js';
import { listObjects } from './listing.js';
import { abortUpload, completeUpload, initiateUpload, listParts, listUploads, uploadPart } from './multipart.js';
import { getObject, getObjectAcl, headObject } from './object-read.js';
import { copyObject, deleteMany, deleteObject, putObject, putObjectAcl } from './object-write.js';
import type { Handler, Oss } from './oss.js';
import { postObject } from './post-object.js';
import { header, type OssRequest } from './request.js';
import { isSubResource } from './signature-v1.js';

/** By method, then by the sub-resource that selects the operation; `''` is the resource itself. */
type Routes = Record<string, Record<string, Handler>>;

const putOrCopy: Handler = (request, res, oss) =>
  (header(request, 'x-oss-copy-source') === undefined ? putObject : copyObject)(request, res, oss);

const OBJECT: Routes = {
  GET: { '': getObject, acl: getObjectAcl, uploadId: listParts, objectMeta: headObject },
  HEAD: { '': headObject, objectMeta: headObject },
  PUT: { '': putOrCopy, acl: putObjectAcl, uploadId: uploadPart },
  POST: { uploads: initiateUpload, uploadId: completeUpload },
  DELETE: { '': deleteObject, uploadId: abortUpload },
};

const BUCKET: Routes = {
  GET: { '': listObjects, acl: getBucketAcl, cors: getCors, location: bucketLocation, bucketInfo, uploads: listUploads },
  PUT: { '': putBucket, acl: putBucketAcl, cors: putCors },
  POST: { '': postObject, delete: deleteMany },
  DELETE: { cors: deleteCors },
};

const SERVICE: Routes = { GET: { '': listBuckets } };

/** Sub-resources that change how an operation is done, not which one it is. */
const MODIFIERS = new Set(['partNumber', 'continuation-token', 'security-token', 'callback', 'callback-var']);
const selects = (name: string): boolean =>
  isSubResource(name) && !MODIFIERS.has(name) && !name.startsWith('response-') && !name.startsWith('x-oss-');

function find(request: OssRequest): { handler: Handler; operation: string } {
  const routes = request.bucket === '' ? SERVICE : request.key === '' ? BUCKET : OBJECT;
  const byOperation = routes[request.method];
  if (!byOperation) throw new OssError('MethodNotAllowed');
  const operation = [...request.query.keys()].find(selects) ?? '';
  const handler = byOperation[operation];
  if (!handler) throw new OssError(operation === '' ? 'MethodNotAllowed' : 'NotImplemented');
  return { handler, operation };
}

/** Anybody may read a public object, and write one where the ACL says so; everything else is the owner's. */
function allowAnonymous(request: OssRequest, operation: string, oss: Oss): void {
  const own = oss.objects.find(request.key)?.acl ?? 'default';
  const acl = own === 'default' ? oss.settings.acl : own;
  const reads = request.method === 'GET' || request.method === 'HEAD';
  const open = reads ? acl !== 'private' : request.method === 'PUT' && acl === 'public-read-write';
  if (request.key === '' || operation !== '' || !open) throw new OssError('AccessDenied');
}

/** Does what a request asks for. */
export async function route(request: OssRequest, res: ServerResponse, oss: Oss): Promise<void> {
  if (request.bucket !== '' && request.bucket !== oss.bucket) throw new OssError('NoSuchBucket', undefined, { BucketName: request.bucket });
  if (request.method === 'OPTIONS') return preflight(request, res, oss.settings.cors);
  const { handler, operation } = find(request);
  if (handler === postObject) return handler(request, res, oss);
  if (authorise(request, oss.credentials) === 'anonymous') allowAnonymous(request, operation, oss);
  await handler(request, res, oss);
}
