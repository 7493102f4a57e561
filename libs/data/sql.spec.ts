import { expect, it } from 'vitest';
import { SqlRunner, type SqlParam } from './sql.js';

/** A database in which every id has so many rows. */
class Rows extends SqlRunner {
  constructor(private readonly each: number) {
    super();
  }

  protected override async run(_sql: string, params: readonly SqlParam[]): Promise<unknown> {
    const ids = params.at(-1) as unknown as number[];
    return ids.flatMap((id) => Array.from({ length: this.each }, () => ({ id })));
  }
}

it('gives all rows of many ids, of which each may have very many', async () => {
  const rows = await new Rows(200_000).byIds<{ id: number }>('SELECT id FROM spec WHERE id IN (?)', [1, 2, 1]);
  expect(rows).toHaveLength(400_000);
  expect([rows[0], rows.at(-1)]).toEqual([{ id: 1 }, { id: 2 }]);
});
