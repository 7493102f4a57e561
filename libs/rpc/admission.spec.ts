import { CommonErrors } from '@doul/contracts';
import { register } from 'prom-client';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { admitted } from './admission.js';

const PLACES = 5;

beforeAll(() => void vi.stubEnv('RPC_MAX_IN_FLIGHT', String(PLACES)));
afterAll(() => void vi.unstubAllEnvs());

it('refuses at once what it has no place for, and has places again when calls end, well or not', async () => {
  for (let round = 0; round < 3; round += 1) {
    const ends: ((failure?: Error) => void)[] = [];
    const slow = () =>
      admitted(() => new Promise<string>((resolve, reject) => ends.push((failure) => (failure ? reject(failure) : resolve('ok')))));
    const calls = Array.from({ length: 4 * PLACES }, slow);
    const settled = Promise.allSettled(calls);
    const refused = await Promise.allSettled(calls.slice(PLACES));
    expect(ends).toHaveLength(PLACES);
    for (const one of refused) expect(one).toMatchObject({ status: 'rejected', reason: { code: CommonErrors.UNAVAILABLE.row.code } });
    ends.forEach((end, at) => end(at % 2 === 0 ? new Error('failed') : undefined));
    expect((await settled).filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  }
  expect(await register.metrics()).toContain(`doul_rpc_refused_total ${3 * 3 * PLACES}`);
});
