import { rowsRead, temporaryDatabase, type Database } from '@doul/data';
import { Outbox } from '@doul/events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MediaJobRepository } from '../model/media-job.repository.js';
import { migrations, schema } from '../model/migrations/index.js';
import { StatusLog } from '../model/status-log.js';
import { VideoRepository } from '../model/video.repository.js';

process.env['MYSQL_POOL'] = '1';
process.env['MYSQL_DEADLINE_MS'] = '60000';

/** Videos of the author; LONG_LIST=1000000 shows the same at a larger size. */
const LENGTH = Number(process.env['LONG_LIST'] ?? 32_768);
const AUTHOR = 7;
const PAGE = 30;
/** A page of each of the six states that an author sees, and what their union reads. */
const MOST_READ = 9 * (PAGE + 1) + 20;

let db: Database;
let drop: () => Promise<void>;
let videos: VideoRepository;

/** Two thirds of an author's videos were removed: the newest third, and every second one of the others. */
beforeAll(async () => {
  ({ database: db, drop } = await temporaryDatabase(schema, { migrations }));
  videos = new VideoRepository(db, new MediaJobRepository(db, new Outbox()), new StatusLog(db));
  const columns = 'author_id, title, state, object_key, size_bytes, request_key, created_at, state_at';
  const first = `(${AUTHOR}, 't', 'removed', UUID(), 1, UUID(), 1, 1)`;
  await db.execute(`INSERT INTO videos (${columns}) VALUES ${first}`);
  for (let rows = 1; rows < LENGTH; rows *= 2)
    await db.execute(
      `INSERT INTO videos (${columns}) SELECT ${AUTHOR}, 't', 'removed', UUID(), 1, UUID(), 1, 1 FROM videos LIMIT ${LENGTH - rows}`,
    );
  await db.execute(
    `UPDATE videos SET state = ELT(1 + id % 3, 'published', 'rejected', 'uploaded') WHERE id < ${(2 * LENGTH) / 3} AND id % 2 = 0`,
  );
}, 600_000);
afterAll(() => drop());

describe.each([
  ['their author', true],
  ['everybody else', false],
])('videos of an author, for %s', (_, own) => {
  it('cost the same on every page, past however many removed ones', async () => {
    for (const before of [Number.MAX_SAFE_INTEGER, LENGTH / 2, LENGTH / 4, 1_000]) {
      let page: number[] = [];
      const cost = await rowsRead(db, async () => (page = await videos.listByAuthor(AUTHOR, own, before, PAGE + 1)));
      expect(page.length).toBeGreaterThan(0);
      expect({ before, cost: cost > MOST_READ ? cost : 'bounded' }).toEqual({ before, cost: 'bounded' });
    }
  });

  it('are whole and in order', async () => {
    const seen: number[] = [];
    for (let before = Number.MAX_SAFE_INTEGER; ;) {
      const page = await videos.listByAuthor(AUTHOR, own, before, 997);
      if (page.length === 0) break;
      seen.push(...page);
      before = page.at(-1) ?? 0;
    }
    const states = own ? "state <> 'removed'" : "state = 'published'";
    const rows = await db.query<{ id: number }>(`SELECT id FROM videos WHERE ${states} ORDER BY id DESC`);
    expect(rows.length).toBeGreaterThan(20);
    expect(seen).toEqual(rows.map((row) => row.id));
  });
});
