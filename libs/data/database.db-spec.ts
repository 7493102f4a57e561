import { newContext, runInContext } from '@doul/runtime';
import { DoulError } from '@doul/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from './database.js';
import { isDuplicate } from './sql-errors.js';
import { temporaryDatabase } from './temporary-database.js';
import type { Tx } from './transaction.js';

let db: Database;
let drop: () => Promise<void>;

beforeAll(async () => {
  ({ database: db, drop } = await temporaryDatabase('doul_data'));
  await db.execute(
    'CREATE TABLE accounts (id BIGINT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(20) UNIQUE, money BIGINT NOT NULL DEFAULT 0)',
  );
});
afterAll(() => drop());

describe('Database', () => {
  it('gives numbers for BIGINT, COUNT and SUM', async () => {
    await db.insert('accounts', [{ id: 9_007_199_254_740_991, name: 'big', money: 3 }]);
    const row = await db.one(
      'SELECT id, COUNT(*) AS n, SUM(money) AS total FROM accounts WHERE id = ? GROUP BY id',
      [9_007_199_254_740_991],
    );
    expect(row).toEqual({ id: 9_007_199_254_740_991, n: 1, total: 3 });
    await db.execute('DELETE FROM accounts');
    await db.execute('ALTER TABLE accounts AUTO_INCREMENT = 1');
  });

  it('inserts many, ignores what exists and reads by ids in chunks', async () => {
    const rows = Array.from({ length: 2_500 }, (_, at) => ({ id: at + 1, name: `n${at + 1}` }));
    expect(await db.insertIgnore('accounts', rows)).toBe(2_500);
    expect(await db.insertIgnore('accounts', [...rows.slice(0, 10), { id: 3_000, name: 'new' }])).toBe(1);
    const ids = rows.map((row) => row.id);
    expect(await db.byIds('SELECT id FROM accounts WHERE id IN (?)', [...ids, ...ids])).toHaveLength(2_500);
    expect(await db.byIds('SELECT id FROM accounts WHERE id IN (?)', [])).toEqual([]);
    await expect(db.insert('accounts', [{ name: 'n1' }])).rejects.toSatisfy(isDuplicate);
  });

  it('rolls back what throws, and runs hooks only after a commit', async () => {
    const seen: string[] = [];
    const failing = db.transaction(async (tx) => {
      tx.afterCommit(() => seen.push('never'));
      await tx.execute('UPDATE accounts SET money = 99 WHERE id = 1');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await db.transaction(async (tx) => {
      tx.afterCommit(async () => seen.push(String((await db.one<{ money: number }>('SELECT money FROM accounts WHERE id = 1'))?.money)));
      await tx.execute('UPDATE accounts SET money = money + 1 WHERE id = 1');
    });
    expect(seen).toEqual(['1']);
  });

  it('lets entity work share the transaction', async () => {
    const failing = db.transaction(async (tx) => {
      await tx.manager.query('UPDATE accounts SET money = 50 WHERE id = 2');
      expect(await tx.one('SELECT money FROM accounts WHERE id = 2')).toEqual({ money: 50 });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await db.one('SELECT money FROM accounts WHERE id = 2')).toEqual({ money: 0 });
  });

  it('sends what nobody waits for together with the next statement or the commit', async () => {
    const context = newContext('r1');
    await runInContext(context, () =>
      db.transaction(async (tx) => {
        tx.defer('UPDATE accounts SET money = 7 WHERE id = ?', [3]);
        tx.deferInsert('accounts', [{ name: "it's; DROP; -- ?" }]);
        expect(await tx.one('SELECT money, LAST_INSERT_ID() > 0 AS added FROM accounts WHERE id = 3')).toEqual({ money: 7, added: 1 });
        tx.defer('UPDATE accounts SET money = money + 1 WHERE id = ?', [3]);
      }),
    );
    expect(context.calls.sql).toBe(2);
    expect(await db.one('SELECT money FROM accounts WHERE id = 3')).toEqual({ money: 8 });
    expect(await db.one('SELECT COUNT(*) AS n FROM accounts WHERE name LIKE ?', ['it_s; DROP; -- ?'])).toEqual({ n: 1 });
  });

  it('rolls everything back when a deferred statement fails, by its error', async () => {
    const doubled = (tx: Tx): void => {
      tx.defer('UPDATE accounts SET money = 1000 WHERE id = 4');
      tx.deferInsert('accounts', [{ name: 'n1' }]);
    };
    const atCommit = db.transaction(async (tx) => doubled(tx));
    await expect(atCommit).rejects.toSatisfy(isDuplicate);
    const before = db.transaction(async (tx) => {
      doubled(tx);
      await tx.query('SELECT 1');
    });
    await expect(before).rejects.toSatisfy(isDuplicate);
    const caught = db.transaction(async (tx) => {
      tx.deferInsert('accounts', [{ name: 'n1' }]);
      await expect(tx.query('SELECT 1')).rejects.toSatisfy(isDuplicate);
      tx.defer('UPDATE accounts SET money = 5 WHERE id = 5');
    });
    await caught;
    expect(await db.query('SELECT id, money FROM accounts WHERE id IN (4, 5) ORDER BY id')).toEqual([
      { id: 4, money: 0 },
      { id: 5, money: 5 },
    ]);
  });

  it('keeps the order of what is deferred around entity work', async () => {
    await db.transaction(async (tx) => {
      tx.defer('UPDATE accounts SET money = 2 WHERE id = 6');
      await tx.manager.query('UPDATE accounts SET money = money * 10 WHERE id = 6');
      tx.defer('UPDATE accounts SET money = money + 1 WHERE id = 6');
    });
    expect(await db.one('SELECT money FROM accounts WHERE id = 6')).toEqual({ money: 21 });
  });

  it('begins nothing for a transaction without statements', async () => {
    const context = newContext('r1');
    await runInContext(context, () => db.transaction(async () => undefined));
    await expect(
      runInContext(context, () =>
        db.transaction(async () => {
          throw new Error('no');
        }),
      ),
    ).rejects.toThrow('no');
    expect(context.calls.sql).toBe(0);
  });

  it('splits what would be too long for one message', async () => {
    const context = newContext('r1');
    await runInContext(context, () =>
      db.transaction(async (tx) => {
        for (let at = 0; at < 4; at += 1) tx.defer('UPDATE accounts SET money = LENGTH(?) WHERE id = ?', ['x'.repeat(600_000), 20 + at]);
      }),
    );
    expect(context.calls.sql).toBe(4);
    expect(await db.one('SELECT SUM(money) AS total FROM accounts WHERE id BETWEEN 20 AND 23')).toEqual({ total: 2_400_000 });
  });

  it('runs deadlocked transactions again until all are done', async () => {
    const transfer = (from: number, to: number, at: number): Promise<void> =>
      db.transaction(async (tx) => {
        await tx.execute('UPDATE accounts SET money = money - 1 WHERE id = ?', [from]);
        if (at % 3 === 0) tx.defer('UPDATE accounts SET money = money + 1 WHERE id = ?', [to]);
        else await tx.execute('UPDATE accounts SET money = money + 1 WHERE id = ?', [to]);
      });
    await Promise.all(Array.from({ length: 40 }, (_, at) => (at % 2 ? transfer(10, 11, at) : transfer(11, 10, at))));
    expect(await db.query('SELECT money FROM accounts WHERE id IN (10, 11)')).toEqual([{ money: 0 }, { money: 0 }]);
  });

  it('counts statements towards the request and respects its deadline', async () => {
    const context = { ...newContext('r1'), deadline: Date.now() + 150 };
    await runInContext(context, async () => {
      await db.query('SELECT 1');
      await expect(db.query('SELECT SLEEP(2)')).rejects.toMatchObject({ name: 'DEADLINE' });
      await expect(db.query('SELECT 1')).rejects.toBeInstanceOf(DoulError);
    });
    expect(context.calls.sql).toBe(2);
  });

  it('names what the server stopped for time, and refuses when too many wait', async () => {
    const cubed = 'SELECT COUNT(*) FROM accounts a, accounts b, accounts c WHERE a.money + b.money + c.money = -7';
    const slow = db.query(`SET STATEMENT max_statement_time = 0.05 FOR ${cubed}`);
    await expect(slow).rejects.toMatchObject({ name: 'DEADLINE' });
    const crowd = await Promise.allSettled(Array.from({ length: 1_200 }, () => db.query('SELECT SLEEP(0.01)')));
    const refused = crowd.filter((result) => result.status === 'rejected');
    expect(refused.length).toBeGreaterThan(100);
    for (const { reason } of refused) expect(reason).toMatchObject({ name: 'UNAVAILABLE' });
  });

  it('survives killed connections', async () => {
    const rows = await db.query<{ Id: number; Command: string }>(
      'SELECT ID AS Id, COMMAND AS Command FROM information_schema.PROCESSLIST WHERE DB = ?',
      [db.schema],
    );
    await Promise.all(rows.map(({ Id }) => db.execute('KILL ?', [Id]).catch(() => undefined)));
    expect(await db.one('SELECT 7 AS seven')).toEqual({ seven: 7 });
  });
});
