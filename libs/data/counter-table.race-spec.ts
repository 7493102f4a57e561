import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import type { Redis } from 'ioredis';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCounterTable, queueCounterChanges } from './counter-schema.js';
import { CounterTable } from './counter-table.js';
import type { Database } from './database.js';
import { defineKey } from './keys.js';
import { RedisStore } from './redis-store.js';
import { newRedis } from './redis.js';
import { temporaryDatabase } from './temporary-database.js';

class Tables1700000000000 implements MigrationInterface {
  name = 'Tables1700000000000';
  async up(runner: QueryRunner): Promise<void> {
    await createCounterTable(runner, 'tally', ['likes', 'works']);
    await queueCounterChanges(runner, 'tally');
  }
  down = (runner: QueryRunner): Promise<unknown> => runner.query('DROP TABLE tally');
}

type Field = 'likes' | 'works';
const key = defineKey({ name: 'spec-tally', pattern: `tally${process.pid}:{id}`, type: 'string', ttl: '1h', doc: 'Of this spec.' });

let db: Database;
let drop: () => Promise<void>;
let client: Redis;
let table: CounterTable<Field>;

const newTable = () => new CounterTable<Field>({ db, redis: new RedisStore(client), table: 'tally', fields: ['likes', 'works'], key });
const flush = async (): Promise<void> => {
  const keys = await client.keys(`tally${process.pid}:*`);
  if (keys.length > 0) await client.unlink(...keys);
};
const add = (id: number, field: Field, delta: number): Promise<void> => db.transaction(async (tx) => table.add(tx, [{ id, field, delta }]));
const dirty = async (): Promise<number> => (await db.query('SELECT seq FROM tally_changes')).length;
const shown = async (id: number) => (await table.getMany([id])).get(id);

beforeAll(async () => {
  ({ database: db, drop } = await temporaryDatabase('doul_counters', { migrations: [Tables1700000000000] }));
  client = newRedis('spec');
});
afterAll(async () => {
  await flush();
  await client.quit();
  await drop();
});
beforeEach(async () => {
  await db.execute('DELETE FROM tally');
  await db.execute('DELETE FROM tally_changes');
  await flush();
  table = newTable();
});

describe('CounterTable', () => {
  it('shows zeros for what nobody counted, without asking MySQL twice', async () => {
    expect(await table.getMany([1, 2])).toEqual(new Map([1, 2].map((id) => [id, { likes: 0, works: 0 }])));
    await db.execute('INSERT INTO tally (id, likes, version) VALUES (1, 9, 0)');
    expect(await shown(1)).toEqual({ likes: 0, works: 0 });
  });

  it('stores nothing of a transaction that fails', async () => {
    const failing = db.transaction(async (tx) => {
      table.add(tx, [{ id: 1, field: 'likes', delta: 1 }]);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await shown(1)).toEqual({ likes: 0, works: 0 });
  });

  it('repairs the copy after a crash between commit and projection', async () => {
    await table.getMany([1]);
    await add(1, 'likes', 3); // no projector runs: as if the process had died here
    expect(await shown(1)).toEqual({ likes: 0, works: 0 });
    const survivor = newTable().startProjector();
    await sleep(150);
    await survivor.stop();
    expect(await shown(1)).toEqual({ likes: 3, works: 0 });
    expect(await dirty()).toBe(0);
  });

  it('is rebuilt from MySQL after Redis was emptied', async () => {
    await add(1, 'likes', 3);
    await table.project([1]);
    await flush();
    expect(await shown(1)).toEqual({ likes: 3, works: 0 });
    expect(await client.get(key({ id: 1 }))).toBe('1:3:0');
  });

  it('never replaces a newer copy by an older one', async () => {
    await add(1, 'likes', 1);
    const old = [...(await table.stored(db, [1])).values()];
    await add(1, 'likes', 1);
    await table.project([1]);
    await table.copy.write(old);
    expect(await shown(1)).toEqual({ likes: 2, works: 0 });
  });

  it('shows zero, never less, and is exact again after the late increment', async () => {
    await add(1, 'likes', -1);
    expect(await shown(1)).toEqual({ likes: 0, works: 0 });
    await add(1, 'likes', 1);
    await add(1, 'likes', 1);
    await table.project([1]);
    expect(await shown(1)).toEqual({ likes: 1, works: 0 });
  });

  it('makes a new copy when a field was added', async () => {
    await add(1, 'likes', 5);
    await client.set(key({ id: 1 }), '1:5');
    expect(await shown(1)).toEqual({ likes: 5, works: 0 });
    expect(await client.get(key({ id: 1 }))).toBe('1:5:0');
  });

  it('answers from MySQL while Redis is away', async () => {
    await add(1, 'works', 2);
    const away = newRedis('away', { url: 'redis://127.0.0.1:1' });
    const cut = new CounterTable<Field>({ db, redis: new RedisStore(away), table: 'tally', fields: ['likes', 'works'], key });
    expect((await cut.getMany([1])).get(1)).toEqual({ likes: 0, works: 2 });
    away.disconnect();
  });

  it('is exact after a crowd of writers, two projectors and a flush in the middle', async () => {
    const loops = [newTable().startProjector(), newTable().startProjector()];
    const ids = [1, 2, 3, 4, 5];
    const writer = async (seed: number): Promise<void> => {
      for (let step = 0; step < 20; step += 1) {
        const [a, b] = [ids[(seed + step) % 5] ?? 1, ids[(seed * 3 + step * 2) % 5] ?? 2];
        await db.transaction(async (tx) =>
          table.add(tx, [
            { id: b, field: 'works', delta: 1 },
            { id: a, field: 'likes', delta: step % 3 === 2 ? -1 : 1 },
          ]),
        );
        const seen = await table.getMany(ids);
        for (const values of seen.values()) expect(values.likes).toBeGreaterThanOrEqual(0);
        if (seed === 0 && step === 10) await flush();
      }
    };
    await Promise.all(Array.from({ length: 10 }, (_, seed) => writer(seed)));
    await sleep(600);
    for (const loop of loops) await loop.stop();
    const stored = await table.stored(db, ids);
    const copies = await table.copy.read(ids);
    expect(copies).toEqual(stored);
    const sum = [...stored.values()].reduce((total, row) => total + row.values.works, 0);
    expect(sum).toBe(200);
    expect(await dirty()).toBe(0);
  });

  it('property: after any steps, one round of projection makes every copy equal its row', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('add' as const), id: fc.integer({ min: 1, max: 3 }), delta: fc.integer({ min: -2, max: 3 }) }),
      fc.constant({ kind: 'flush' as const }),
      fc.constant({ kind: 'read' as const }),
      fc.constant({ kind: 'project' as const }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        await db.execute('DELETE FROM tally');
        await db.execute('DELETE FROM tally_changes');
        await flush();
        const model = new Map<number, number>();
        for (const item of steps) {
          if (item.kind === 'add') {
            await add(item.id, 'likes', item.delta);
            model.set(item.id, (model.get(item.id) ?? 0) + item.delta);
          } else if (item.kind === 'flush') await flush();
          else if (item.kind === 'read') await table.getMany([1, 2, 3]);
          else await table.projector.projectDirty();
        }
        await table.projector.projectDirty();
        const values = await table.getMany([1, 2, 3]);
        for (const id of [1, 2, 3]) expect(values.get(id)?.likes).toBe(Math.max(0, model.get(id) ?? 0));
      }),
      { numRuns: 30 },
    );
  });
});
