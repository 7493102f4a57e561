import { rowsRead, temporaryDatabase, type Database } from '@doul/data';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FollowRepository } from '../model/follow.repository.js';
import { migrations, schema } from '../model/migrations/index.js';
import { FROM_START, type ListKind, type Position, type Related } from '../model/relation.js';

process.env['MYSQL_POOL'] = '1';

/** Rows of each list; LONG_LIST=1000000 shows the same at a star's size. */
const LENGTH = Number(process.env['LONG_LIST'] ?? 65_536);
const STAR = 1;
const PAGE = 30;
/** The page and the one more that tells whether there is another: from two ranges, through the table of their union, sorted. */
const MOST_READ = 6 * (PAGE + 1);

let db: Database;
let drop: () => Promise<void>;
let follows: FollowRepository;

/** A star whom everybody follows and who follows everybody; the follows of each half of them came in one millisecond. */
beforeAll(async () => {
  ({ database: db, drop } = await temporaryDatabase(schema, { migrations }));
  follows = new FollowRepository(db);
  const at = `IF(id * 2 > ${LENGTH}, 2000, 1000)`;
  await db.execute('CREATE TABLE numbers (id BIGINT PRIMARY KEY)');
  await db.execute('INSERT INTO numbers VALUES (1)');
  for (let rows = 1; rows < LENGTH; rows *= 2)
    await db.execute(`INSERT INTO numbers SELECT id + ${rows} FROM numbers WHERE id + ${rows} <= ${LENGTH}`);
  const columns = 'INSERT INTO follows (follower_id, followee_id, followed_at, mutual)';
  for (let from = 0; from < LENGTH; from += 50_000) {
    const some = `FROM numbers WHERE id > ${from} AND id <= ${from + 50_000}`;
    await db.execute(`${columns} SELECT id + 1, ${STAR}, ${at}, 1 ${some}`);
    await db.execute(`${columns} SELECT ${STAR}, id + 1, ${at}, 1 ${some}`);
  }
}, 600_000);
afterAll(() => drop());

async function pageAndCost(kind: ListKind, after: Position): Promise<{ page: Related[]; cost: number }> {
  let page: Related[] = [];
  const cost = await rowsRead(db, async () => (page = await follows.list(kind, STAR, after, PAGE + 1)));
  return { page, cost };
}

describe.each(['following', 'follower', 'friend'] as const)('a %s list of a star', (kind) => {
  it('costs the same on every page, also where half of it came in one millisecond', async () => {
    const middle = Math.floor(LENGTH / 2) + 1;
    const places: Position[] = [
      FROM_START,
      { at: 2_000, id: middle + 500 },
      { at: 2_000, id: middle + 5 },
      { at: 1_500, id: 0 },
      { at: 1_000, id: 5_000 },
      { at: 1_000, id: 10 },
    ];
    for (const place of places) {
      const { page, cost } = await pageAndCost(kind, place);
      expect(page.length).toBeGreaterThan(0);
      expect({ place, cost: cost > MOST_READ ? cost : 'bounded' }).toEqual({ place, cost: 'bounded' });
    }
  });

  it('is whole: every row once, in order', async () => {
    const seen: Related[] = [];
    for (let place = FROM_START; seen.length < 3_000;) {
      const page = await follows.list(kind, STAR, place, 1_000);
      seen.push(...page);
      place = page.at(-1) ?? place;
    }
    const wanted = Array.from({ length: 3_000 }, (_, at) => LENGTH + 1 - at);
    expect(seen.map(({ id }) => id)).toEqual(wanted);
    const end = await follows.list(kind, STAR, { at: 2_000, id: Math.floor(LENGTH / 2) + 4 }, 10);
    expect(end.map(({ id, at }) => [id - Math.floor(LENGTH / 2), at])).toEqual([
      [3, 2_000],
      [2, 2_000],
      ...Array.from({ length: 8 }, (_, at) => [1 - at, 1_000]),
    ]);
  });
});
