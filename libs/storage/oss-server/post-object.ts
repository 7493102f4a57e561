import { OssError } from './errors.js';
import { discard } from './files.js';
import { receiveForm, type FormFile } from './form.js';
import { keptHeaders, parseObjectAcl } from './object-headers.js';
import type { ObjectMeta } from './objects.js';
import { quoted, type Handler, type Oss } from './oss.js';
import { checkPolicy, checkPolicySignature } from './policy.js';
import { sendEmpty, sendXml } from './reply.js';
import { checkKey, header } from './request.js';

async function storeForm(fields: Map<string, string>, file: FormFile, oss: Oss): Promise<ObjectMeta> {
  const key = checkKey((fields.get('key') ?? '').replaceAll('${filename}', file.filename));
  fields.set('key', key);
  checkPolicySignature(fields, oss.credentials);
  const range = checkPolicy(fields, oss.bucket, oss.maxObjectBytes);
  if (!fields.has('content-type') && file.contentType !== '') fields.set('content-type', file.contentType);
  const staged = await oss.objects.stage(file.stream, range.max);
  if (staged.size < range.min) {
    await discard(staged.path);
    throw new OssError('EntityTooSmall');
  }
  return oss.objects.commit(staged, {
    key,
    headers: keptHeaders(fields),
    acl: parseObjectAcl(fields.get('x-oss-object-acl')),
    forbidOverwrite: fields.get('x-oss-forbid-overwrite') === 'true',
  });
}

/** An upload by an HTML form: allowed by a signed policy, not by a signature on the request. */
export const postObject: Handler = async (request, res, oss) => {
  let wanted = '204';
  const meta = await receiveForm(request, (fields, file) => {
    wanted = fields.get('success_action_status') ?? '204';
    return storeForm(fields, file, oss);
  });
  const etag = quoted(meta.etag);
  if (wanted !== '201') return sendEmpty(res, wanted === '200' ? 200 : 204, { etag });
  res.setHeader('etag', etag);
  const Location = `http://${header(request, 'host') ?? ''}/${oss.bucket}/${encodeURI(meta.key)}`;
  sendXml(res, 'PostResponse', { Bucket: oss.bucket, ETag: etag, Key: meta.key, Location }, 201);
};
