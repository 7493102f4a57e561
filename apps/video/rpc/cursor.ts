import { CommonErrors } from '@doul/contracts';

/**
 * Reads the cursor of a list that is ordered by one descending number: the number of the last item shown.
 *
 * @returns Infinity for the empty cursor, which is the start
 * @throws DoulError INVALID_PARAMETER when the text is not such a cursor
 */
export function parseCursor(cursor: string): number {
  if (cursor === '') return Infinity;
  const value = /^\d{1,16}$/.test(cursor) ? Number(cursor) : NaN;
  if (!Number.isSafeInteger(value)) throw CommonErrors.INVALID_PARAMETER({ parameter: 'cursor', problem: 'is not a cursor of this list' });
  return value;
}

/** A page and where the next one starts, from one item more than the page holds. */
export function cut<T>(items: readonly T[], limit: number, positionOf: (item: T) => number): { page: T[]; nextCursor: string } {
  const page = items.slice(0, limit);
  const last = page.at(-1);
  return { page, nextCursor: items.length > limit && last !== undefined ? String(positionOf(last)) : '' };
}
