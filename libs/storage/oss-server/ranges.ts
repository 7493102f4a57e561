import { OssError } from './errors.js';

/** Both ends included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The bytes a Range header asks for: `bytes=a-b`, `bytes=a-` or `bytes=-n` (the last n). Anything else, several ranges
 * included, is ignored as RFC 9110 section 14.2 allows: undefined = the whole object.
 *
 * @throws OssError InvalidRange when none of it is inside the object
 */
export function parseRange(text: string | undefined, size: number): ByteRange | undefined {
  const [, first, last] = /^bytes=\s*(\d*)-(\d*)\s*$/.exec(text ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  if (first === '') {
    const wanted = Math.min(Number(last), size);
    if (wanted === 0) throw unsatisfiable(size);
    return { start: size - wanted, end: size - 1 };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return undefined;
  if (start >= size) throw unsatisfiable(size);
  return { start, end: last === '' ? size - 1 : Math.min(Number(last), size - 1) };
}

const unsatisfiable = (size: number): OssError => new OssError('InvalidRange', undefined, { ActualObjectSize: String(size) });
