import { CommonErrors } from '@doul/contracts';

/** @throws DoulError INVALID_PARAMETER when a caller asks for more at once than one call answers */
export function requireAtMost(max: number, items: readonly unknown[], parameter: string): void {
  if (items.length > max) throw CommonErrors.INVALID_PARAMETER({ parameter, problem: `has more than ${max} items` });
}
