import { packIds, hasBit } from '@doul/contracts';
import { newContext, runInContext } from '@doul/runtime';
import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandBatch } from './command-batch.js';
import { MemberFlags } from './member-flags.js';
import { newRedis } from './redis.js';

const prefix = `spec${process.pid}:batch`;
let client: Redis;
let admin: Redis;

beforeAll(() => {
  client = newRedis('spec');
  admin = newRedis('spec-admin');
});
afterAll(async () => {
  const keys = await admin.keys(`${prefix}*`);
  if (keys.length > 0) await admin.unlink(...keys);
  await Promise.all([client.quit(), admin.quit()]);
});

const get = (batch: CommandBatch, key: string, replies: (string | null)[]): void =>
  batch.add('GET', key, '', 0, (reply) => replies.push(reply === null ? null : String(reply)));

describe('CommandBatch', () => {
  it('answers each command, in order, between other commands, for one call of the budget', async () => {
    await admin.mset(`${prefix}:a`, '1', `${prefix}:b`, '2');
    const replies: (string | null)[] = [];
    const context = newContext('spec');
    await runInContext(context, async () => {
      const batch = new CommandBatch(client);
      for (const name of ['a', 'none', 'b']) get(batch, `${prefix}:${name}`, replies);
      await batch.send();
    });
    expect(context.calls.redis).toBe(1);
    expect(replies).toEqual(['1', null, '2']);
    const many = new CommandBatch(client);
    const values = many.getMany(['b', 'none', 'a'].map((name) => `${prefix}:${name}`));
    await many.send();
    expect(values.map((value) => value && String(value))).toEqual(['2', null, '1']);
    const [value] = await Promise.all([client.get(`${prefix}:b`), sendOne('a'), sendOne('b')]);
    expect(value).toBe('2');
  });

  const sendOne = async (name: string): Promise<string | null | undefined> => {
    const replies: (string | null)[] = [];
    const batch = new CommandBatch(client);
    get(batch, `${prefix}:${name}`, replies);
    await batch.send();
    return replies[0];
  };

  it('fails with a command that fails, and leaves the connection in order', async () => {
    await admin.lpush(`${prefix}:list`, '1');
    await expect(sendOne('list')).rejects.toThrow('WRONGTYPE');
    expect(await sendOne('a')).toBe('1');
    const batch = new CommandBatch(client);
    batch.add('GET', `${prefix}:a`, '', 0, () => {
      throw new Error('cannot take it');
    });
    await expect(batch.send()).rejects.toThrow('cannot take it');
    expect(await sendOne('b')).toBe('2');
  });

  it('survives lost connections: everything is answered rightly or fails', async () => {
    const id = await client.client('ID');
    let going = true;
    const outcomes = { right: 0, failed: 0 };
    const asker = async (): Promise<void> => {
      while (going) {
        const replies: (string | null)[] = [];
        const batch = new CommandBatch(client);
        for (const name of ['a', 'b', 'none', 'a']) get(batch, `${prefix}:${name}`, replies);
        try {
          await batch.send();
          expect(replies).toEqual(['1', '2', null, '1']);
          outcomes.right += 1;
        } catch (error) {
          expect(error).toMatchObject({ name: 'UNAVAILABLE' });
          outcomes.failed += 1;
        }
      }
    };
    const askers = Array.from({ length: 8 }, asker);
    let victim: number | string = id;
    for (let kill = 0; kill < 5; kill += 1) {
      await admin.call('CLIENT', 'KILL', 'ID', String(victim));
      await new Promise((resolve) => setTimeout(resolve, 150));
      victim = await client.client('ID');
    }
    going = false;
    await Promise.all(askers);
    expect(outcomes.right).toBeGreaterThan(20);
    expect(await sendOne('b')).toBe('2');
  });

  it('waits no longer than the deadline, and not at all for a server that is away', async () => {
    const hasty = newRedis('hasty', { commandTimeout: 100 });
    if (hasty.status !== 'ready') await once(hasty, 'ready');
    // Until somebody pushes to a list that nobody pushes to, the server reads nothing more from this connection.
    const blocked = hasty.blpop(`${prefix}:never`, 0).catch(() => undefined);
    const batch = new CommandBatch(hasty);
    get(batch, `${prefix}:a`, []);
    await expect(batch.send()).rejects.toMatchObject({ name: 'UNAVAILABLE' });
    hasty.disconnect();
    await blocked;
    const away = newRedis('away', { url: 'redis://127.0.0.1:1' });
    const other = new CommandBatch(away);
    get(other, 'x', []);
    await expect(other.send()).rejects.toMatchObject({ name: 'UNAVAILABLE' });
    away.disconnect();
  });
});

describe('MemberFlags', () => {
  it.each(['set', 'zset'] as const)('say of any %s what is in it', async (kind) => {
    const flags = new MemberFlags(kind, kind === 'set' ? 0 : '.');
    const ids = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 40 });
    const question = fc.record({ members: ids, asked: ids, complete: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(question, { maxLength: 6 }), async (questions) => {
        const keys = questions.map((_, at) => `${prefix}:${kind}:${at}`);
        if (keys.length > 0) await admin.unlink(...keys);
        for (const [at, { members, complete }] of questions.entries()) {
          const all = [...members.map(String), ...(complete ? [kind === 'set' ? '0' : '.'] : [])];
          if (all.length === 0) continue;
          if (kind === 'set') await admin.sadd(keys[at] as string, ...all);
          else await admin.zadd(keys[at] as string, ...all.flatMap((member) => [member === '.' ? 0 : 1, member]));
        }
        const answers: (Uint8Array | undefined)[] = [];
        const batch = new CommandBatch(client);
        questions.forEach(({ asked }, at) => flags.ask(batch, keys[at] as string, packIds(asked), (bits) => (answers[at] = bits)));
        await batch.send();
        questions.forEach(({ members, asked, complete }, at) => {
          const bits = answers[at];
          if (!complete) expect(bits).toBeUndefined();
          else expect(asked.filter((_, index) => bits && hasBit(bits, index))).toEqual(asked.filter((id) => members.includes(id)));
        });
      }),
      { numRuns: 40 },
    );
  });
});
