import type { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ChangeLog } from './change-log.js';
import { createCounterTable, queueCounterChanges } from './counter-schema.js';
import { CounterTable } from './counter-table.js';
import { defineKey } from './keys.js';
import { RedisStore } from './redis-store.js';
import { newRedis } from './redis.js';
import { temporaryDatabase } from './temporary-database.js';

const prefix = `spec${process.pid}`;
const key = defineKey({
  name: 'spec-changes',
  pattern: `${prefix}:changes`,
  type: 'stream',
  ttl: 'none: of this spec',
  doc: 'Of this spec.',
});

let client: Redis;
let store: RedisStore;
let log: ChangeLog;

const clean = async (): Promise<void> => {
  const keys = await client.keys(`${prefix}:*`);
  if (keys.length > 0) await client.unlink(...keys);
};

/** Everything after the cursor, as a reader that asks until there is no more. */
async function readAll(from: ChangeLog, start: string): Promise<{ ids: number[]; cursor: string; resets: number }> {
  const ids: number[] = [];
  let resets = 0;
  for (let cursor = start; ;) {
    const answer = await from.since(cursor);
    ids.push(...answer.ids);
    if (answer.reset) resets += 1;
    cursor = answer.cursor;
    if (!answer.more) return { ids, cursor, resets };
  }
}

beforeAll(() => {
  client = newRedis('spec');
  store = new RedisStore(client);
});
afterAll(async () => {
  await clean();
  await client.quit();
});
beforeEach(async () => {
  await clean();
  log = new ChangeLog(store, key);
});

describe('ChangeLog', () => {
  it('starts at its end, and tells each later change once', async () => {
    await log.note([1, 2]);
    const start = await log.since('');
    expect(start).toMatchObject({ ids: [], reset: true, more: false });
    await log.note([3, 4, 4]);
    await log.note([4, 5]);
    const next = await log.since(start.cursor);
    expect(next).toMatchObject({ ids: [3, 4, 5], reset: false, more: false });
    expect(await log.since(next.cursor)).toEqual({ ids: [], cursor: next.cursor, reset: false, more: false });
  });

  it('has an end to wait at before anything has changed', async () => {
    const { cursor } = await log.since('');
    expect(await log.since(cursor)).toMatchObject({ ids: [], cursor, reset: false });
    await log.note([7]);
    expect((await log.since(cursor)).ids).toEqual([7]);
  });

  it.each(['x', '1', '1-', '-', '1-2-3', '1-1/1-1', '(1-1', '99999999999999999-0'])(
    'answers the malformed cursor %s with a reset',
    async (cursor) => {
      await log.note([1]);
      const answer = await log.since(cursor);
      expect(answer).toMatchObject({ ids: [], reset: true });
      expect(await log.since(answer.cursor)).toMatchObject({ reset: false });
    },
  );

  it('resets a reader that Redis forgot, though later changes are there', async () => {
    await log.note([1]);
    const before = await log.since('');
    await clean();
    // The name of an entry is the millisecond of Redis's clock, and no server loses what it has and is back within one.
    await sleep(2);
    await log.note([2]);
    const answer = await log.since(before.cursor);
    expect(answer).toMatchObject({ ids: [], reset: true });
    await log.note([3]);
    expect((await log.since(answer.cursor)).ids).toEqual([3]);
  });

  it('resets a reader whose last entries Redis lost in a crash', async () => {
    await log.note([1]);
    await log.since('');
    await log.note([2]);
    const { cursor } = await log.since('');
    await client.xdel(key({}), cursor);
    expect(await log.since(cursor)).toMatchObject({ reset: true });
  });

  it('resets a reader past whom the log was trimmed', async () => {
    const short = new ChangeLog(store, key, 50);
    const { cursor } = await short.since('');
    for (let id = 1; id <= 400; id += 1) await short.note([id]);
    expect(await client.xlen(key({}))).toBeLessThan(250);
    expect(await short.since(cursor)).toMatchObject({ ids: [], reset: true });
  });

  it('splits large batches and answers', async () => {
    const { cursor } = await log.since('');
    const ids = Array.from({ length: 70_000 }, (_, at) => at + 1);
    for (let at = 0; at < ids.length; at += 10_000) await log.note(ids.slice(at, at + 10_000));
    const first = await log.since(cursor);
    expect(first.more).toBe(true);
    expect((await readAll(log, cursor)).ids).toEqual(ids);
  });

  it('gives two readers everything that many writers note at once', async () => {
    const writers = Array.from({ length: 8 }, () => new ChangeLog(store, key));
    const starts = await Promise.all([log.since(''), new ChangeLog(store, key).since('')]);
    let writing = true;
    const reader = async (start: string): Promise<Set<number>> => {
      const seen = new Set<number>();
      let cursor = start;
      for (let last = false; ;) {
        const answer = await readAll(log, cursor);
        expect(answer.resets).toBe(0);
        for (const id of answer.ids) seen.add(id);
        cursor = answer.cursor;
        if (last) return seen;
        last = !writing;
      }
    };
    const readers = starts.map(({ cursor }) => reader(cursor));
    await Promise.all(
      writers.map(async (writer, at) => {
        for (let step = 0; step < 100; step += 1) await writer.note([at * 1_000 + step, 100_000 + step]);
      }),
    );
    writing = false;
    const wanted = new Set(
      writers.flatMap((_, at) => Array.from({ length: 100 }, (__, step) => [at * 1_000 + step, 100_000 + step]).flat()),
    );
    for (const seen of await Promise.all(readers)) expect(seen).toEqual(wanted);
  });

  it('says that Redis is away', async () => {
    const away = newRedis('away', { url: 'redis://127.0.0.1:1' });
    const cut = new ChangeLog(new RedisStore(away), key);
    await expect(cut.note([1])).rejects.toMatchObject({ name: 'UNAVAILABLE' });
    await expect(cut.since('1-1')).rejects.toMatchObject({ name: 'UNAVAILABLE' });
    await expect(cut.since('')).rejects.toMatchObject({ name: 'UNAVAILABLE' });
    away.disconnect();
  });
});

class Tables1700000000000 implements MigrationInterface {
  name = 'Tables1700000000000';
  async up(runner: QueryRunner): Promise<void> {
    await createCounterTable(runner, 'tally', ['likes']);
    await queueCounterChanges(runner, 'tally');
  }
  down = (runner: QueryRunner): Promise<unknown> => runner.query('DROP TABLE tally');
}

describe('CounterTable with a change log', () => {
  const copies = defineKey({ name: 'spec-noted', pattern: `${prefix}:n:{id}`, type: 'string', ttl: '1h', doc: 'Of this spec.' });

  it('notes what it copied, and again when it died before it could', async () => {
    const { database: db, drop } = await temporaryDatabase('doul_changes', { migrations: [Tables1700000000000] });
    const tableWith = (changes: ChangeLog) =>
      new CounterTable<'likes'>({ db, redis: store, table: 'tally', fields: ['likes'], key: copies, changes });
    class Dying extends ChangeLog {
      override note = (): Promise<void> => Promise.reject(new Error('killed'));
    }
    const add = (id: number): Promise<void> => db.transaction(async (tx) => tableWith(log).add(tx, [{ id, field: 'likes', delta: 1 }]));

    const { cursor } = await log.since('');
    await add(1);
    await expect(tableWith(new Dying(store, key)).projector.projectDirty()).rejects.toThrow('killed');
    expect((await log.since(cursor)).ids).toEqual([]);
    await tableWith(log).projector.projectDirty();
    const first = await log.since(cursor);
    expect(first.ids).toEqual([1]);

    // A reader that fills a missing copy changes nothing that anybody could have seen otherwise.
    await tableWith(log).getMany([1, 2]);
    expect((await log.since(first.cursor)).ids).toEqual([]);
    await tableWith(log).project([2]);
    expect((await log.since(first.cursor)).ids).toEqual([2]);
    await drop();
  });
});
