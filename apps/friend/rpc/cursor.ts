import { CommonErrors } from '@doul/contracts';
import { FROM_START, type Position } from '../model/relation.js';

/** A position as the opaque text that clients hand back. */
export const toCursor = ({ at, id }: Position): string => `${at.toString(36)}.${id.toString(36)}`;

const toNumber = (digits: string): number => {
  const value = Number.parseInt(digits, 36);
  return Number.isSafeInteger(value) ? value : Number.NaN;
};

/**
 * The position of a cursor; the empty one is the start.
 *
 * @throws DoulError INVALID_PARAMETER for a text that no list gave out
 */
export function fromCursor(cursor: string): Position {
  if (cursor === '') return FROM_START;
  const match = /^([0-9a-z]{1,11})\.([0-9a-z]{1,11})$/.exec(cursor);
  const position = { at: toNumber(match?.[1] ?? ''), id: toNumber(match?.[2] ?? '') };
  if (Number.isNaN(position.at) || Number.isNaN(position.id)) {
    throw CommonErrors.INVALID_PARAMETER({ parameter: 'cursor', problem: 'is not a cursor of this list' });
  }
  return position;
}
