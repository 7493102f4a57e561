import { UserRegisteredEvent } from '@doul/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registration, startUsercenter, type Usercenter } from './fixture.js';

let uc: Usercenter;
beforeAll(async () => {
  uc = await startUsercenter();
});
afterAll(() => uc.stop());

const outcome = (result: PromiseSettledResult<unknown>): string => (result.status === 'fulfilled' ? 'ok' : (result.reason as Error).name);

describe('100 registrations of one name at a time', () => {
  it('make one account, whatever its case and width', async () => {
    const names = ['Racer', 'racer', 'RACER', 'Ｒacer'];
    const results = await Promise.allSettled(
      Array.from({ length: 100 }, (_, at) => uc.accounts.register(registration(names[at % names.length] ?? ''))),
    );
    const outcomes = results.map(outcome);
    expect(outcomes.filter((name) => name === 'ok')).toHaveLength(1);
    expect(outcomes.filter((name) => name === 'USERNAME_TAKEN')).toHaveLength(99);
    const count = async (sql: string): Promise<number> => (await uc.database.one<{ n: number }>(sql))?.n ?? -1;
    expect(await count('SELECT COUNT(*) AS n FROM accounts')).toBe(1);
    expect(await count('SELECT COUNT(*) AS n FROM profiles')).toBe(1);
    expect(await count(`SELECT COUNT(*) AS n FROM outbox WHERE type = '${UserRegisteredEvent.type}'`)).toBe(1);
  });

  it('answer the same account when they are tries of one request', async () => {
    const request = registration('again');
    const first = await uc.accounts.register(request);
    const second = await uc.accounts.register(request);
    expect(second.userId).toBe(first.userId);
    await expect(uc.accounts.register({ ...request, password: 'another-1' })).rejects.toThrow('taken');
  });
});

describe('many edits of one profile at a time', () => {
  it('each leave an event and a version of their own', async () => {
    const { userId } = await uc.accounts.register(registration('editor'));
    await Promise.all(Array.from({ length: 20 }, (_, at) => uc.profiles.updateProfile({ userId, name: `name ${at}` })));
    const { users } = await uc.profiles.scanUsers({ ids: [userId], afterId: 0, limit: 0 });
    expect(users[0]?.version).toBe(21);
    const shown = (await uc.profiles.getProfiles({ ids: [userId], viewerId: 0 })).profiles[0];
    expect(shown?.name).toBe(users[0]?.name);
  });
});
