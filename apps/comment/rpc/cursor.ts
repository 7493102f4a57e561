import { CommonErrors } from '@doul/contracts';

/**
 * The position that a list's cursor stands for; an empty cursor is the start.
 *
 * @throws DoulError INVALID_PARAMETER when no list of ours made this cursor
 */
export function readCursor(cursor: string, start: number): number {
  if (cursor === '') return start;
  if (/^[1-9]\d{0,15}$/.test(cursor) && Number.isSafeInteger(Number(cursor))) return Number(cursor);
  throw CommonErrors.INVALID_PARAMETER({ parameter: 'cursor', problem: 'is not a cursor of this list', problem_zh: '不是此列表的游标' });
}

/** Splits rows read with one too many into a page and the cursor of the next one; empty at the end. */
export function pageOf<T extends { id: number }>(rows: readonly T[], limit: number): { rows: T[]; nextCursor: string } {
  const page = rows.slice(0, limit);
  return { rows: page, nextCursor: rows.length > limit ? String(page.at(-1)?.id ?? '') : '' };
}

/** A page's size within what one answer may hold. */
export const pageLimit = (asked: number, most: number): number => Math.min(most, asked > 0 ? asked : most);
