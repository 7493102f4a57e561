/** Consecutive ids. */
export interface Range {
  first: number;
  count: number;
}

export const idAt = (range: Range, at: number): number => range.first + at;
export const within = (column: string, { first, count }: Range): string => `${column} BETWEEN ${first} AND ${first + count - 1}`;
export const idsOf = (range: Range, count = range.count): number[] =>
  Array.from({ length: Math.min(count, range.count) }, (_, at) => range.first + at);
