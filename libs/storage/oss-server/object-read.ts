import { pipeline } from 'node:stream/promises';
import { checkConditions, rangeApplies } from './conditions.js';
import { answerHeaders, validators } from './object-headers.js';
import type { ObjectMeta } from './objects.js';
import { OWNER, type Handler } from './oss.js';
import { parseRange } from './ranges.js';
import { sendEmpty, sendXml } from './reply.js';
import { header, type OssRequest } from './request.js';

interface Picked {
  readonly start: number;
  readonly end: number;
  readonly partial: boolean;
}

function pickBytes(request: OssRequest, meta: ObjectMeta): Picked | undefined {
  const range = rangeApplies(request, meta) ? parseRange(header(request, 'range'), meta.size) : undefined;
  if (range) return { ...range, partial: true };
  return meta.size === 0 ? undefined : { start: 0, end: meta.size - 1, partial: false };
}

const contentRange = (picked: Picked, size: number): Record<string, string> =>
  picked.partial ? { 'content-range': `bytes ${picked.start}-${picked.end}/${size}` } : {};

export const getObject: Handler = async (request, res, oss) => {
  const { meta, picked, stream } = await oss.objects.read(request.key, (found) => {
    for (const [name, value] of Object.entries(validators(found))) res.setHeader(name, value);
    checkConditions(request, found);
    try {
      return pickBytes(request, found);
    } catch (error) {
      res.setHeader('content-range', `bytes */${found.size}`);
      throw error;
    }
  });
  const headers = answerHeaders(meta, request.query);
  if (!picked || !stream) return sendEmpty(res, 200, headers);
  const length = { 'content-length': picked.end - picked.start + 1 };
  res.writeHead(picked.partial ? 206 : 200, { ...headers, ...length, ...contentRange(picked, meta.size) });
  await pipeline(stream, res);
};

export const headObject: Handler = (request, res, oss) => {
  const meta = oss.objects.get(request.key);
  for (const [name, value] of Object.entries(validators(meta))) res.setHeader(name, value);
  checkConditions(request, meta);
  const picked = pickBytes(request, meta);
  const length = picked ? picked.end - picked.start + 1 : 0;
  const range = picked ? contentRange(picked, meta.size) : {};
  sendEmpty(res, picked?.partial ? 206 : 200, { ...answerHeaders(meta, request.query), 'content-length': length, ...range });
  return Promise.resolve();
};

export const getObjectAcl: Handler = (request, res, oss) => {
  const { acl } = oss.objects.get(request.key);
  sendXml(res, 'AccessControlPolicy', { Owner: OWNER, AccessControlList: { Grant: acl } });
  return Promise.resolve();
};
