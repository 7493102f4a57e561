import { CommonErrors } from '@doul/contracts';
import { problems } from '@doul/http';
import { createHash } from 'node:crypto';
import type { Hit } from '../model/search-engine.js';

/** Where a page ended, and the time that freshness is counted from on every page. */
export interface Position {
  after: Hit;
  now: number;
}

/** Ties a cursor to its keyword: with another one it would silently skip results. */
const mark = (keyword: string): string => createHash('sha256').update(keyword).digest('base64url').slice(0, 6);

export const encodeCursor = (keyword: string, { after, now }: Position): string =>
  Buffer.from(JSON.stringify([mark(keyword), now, after.score, after.id])).toString('base64url');

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}

/** @throws INVALID_PARAMETER when it is not a cursor of this search */
export function decodeCursor(keyword: string, cursor: string | undefined): Position | undefined {
  if (cursor === undefined || cursor === '') return undefined;
  const fields = parse(cursor);
  if (Array.isArray(fields) && fields.length === 4) {
    const [marked, now, score, id] = fields as unknown[];
    const numbers = Number.isSafeInteger(now) && Number.isFinite(score) && Number.isSafeInteger(id);
    if (marked === mark(keyword) && numbers) return { now: now as number, after: { score: score as number, id: id as number } };
  }
  throw CommonErrors.INVALID_PARAMETER({ parameter: 'cursor', problem: problems.notCursor.en });
}
