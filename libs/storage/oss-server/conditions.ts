import { OssError } from './errors.js';
import type { ObjectMeta } from './objects.js';
import { header, type OssRequest } from './request.js';

const bare = (etag: string): string => etag.trim().replace(/^W\//, '').replaceAll('"', '').toUpperCase();

const names = (list: string, etag: string): boolean => list.split(',').some((item) => item.trim() === '*' || bare(item) === etag);

/** HTTP dates have whole seconds. */
const seconds = (ms: number): number => Math.floor(ms / 1_000);

const since = (text: string | undefined): number | undefined => {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : seconds(time);
};

/**
 * Conditional requests (RFC 9110 section 13); with a prefix, those of a copy on its source.
 *
 * @throws OssError NotModified, PreconditionFailed
 */
export function checkConditions(request: OssRequest, meta: ObjectMeta, prefix = ''): void {
  const condition = (name: string): string | undefined => header(request, prefix + name);
  const [match, noneMatch] = [condition('if-match'), condition('if-none-match')];
  const modified = seconds(meta.modified);
  if (match !== undefined && !names(match, meta.etag)) throw new OssError('PreconditionFailed', undefined, { Condition: 'If-Match' });
  if (match === undefined && modified > (since(condition('if-unmodified-since')) ?? Infinity)) {
    throw new OssError('PreconditionFailed', undefined, { Condition: 'If-Unmodified-Since' });
  }
  if (noneMatch !== undefined && names(noneMatch, meta.etag)) throw new OssError('NotModified');
  if (noneMatch === undefined && modified <= (since(condition('if-modified-since')) ?? -Infinity)) throw new OssError('NotModified');
}

/** Whether a range is still one of the object that the client began to read. */
export function rangeApplies(request: OssRequest, meta: ObjectMeta): boolean {
  const condition = header(request, 'if-range');
  if (condition === undefined) return true;
  const time = since(condition);
  return /^(W\/)?"/.test(condition) || time === undefined ? bare(condition) === meta.etag : time === seconds(meta.modified);
}
