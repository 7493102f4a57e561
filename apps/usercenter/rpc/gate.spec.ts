import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Gate } from './gate.js';

describe('a gate', () => {
  it('never lets more run than it is wide, and turns away what cannot wait', async () => {
    const gate = new Gate(2, 3);
    let running = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++running);
      await sleep(5);
      running -= 1;
    };
    const results = await Promise.allSettled(Array.from({ length: 7 }, () => gate.run(work)));
    expect(results.map((result) => result.status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    expect(most).toBe(2);
    await gate.run(work);
  });
  it('goes on after a failure', async () => {
    const gate = new Gate(1, 1);
    await expect(gate.run(() => Promise.reject(new Error('x')))).rejects.toThrow('x');
    expect(await gate.run(() => Promise.resolve(1))).toBe(1);
  });
});
