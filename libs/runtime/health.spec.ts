import { expect, it, vi } from 'vitest';
import { addReadyCheck, isStopping, setPhase, unreadyReasons } from './health.js';

it('asks the checks only while the process serves', async () => {
  const check = vi.fn(() => Promise.resolve());
  addReadyCheck({ name: 'asked', check });
  expect(await unreadyReasons()).toEqual(['process: starting']);
  setPhase('stopping');
  expect(await unreadyReasons()).toEqual(['process: stopping']);
  expect(isStopping()).toBe(true);
  expect(check).not.toHaveBeenCalled();
  setPhase('serving');
  expect(await unreadyReasons()).toEqual([]);
  expect(check).toHaveBeenCalledTimes(1);
});

it('names each check that fails, throws or never answers, and keeps the last of one name', async () => {
  setPhase('serving');
  addReadyCheck({ name: 'mysql', check: () => Promise.reject(new Error('replaced')) });
  addReadyCheck({ name: 'mysql', check: () => Promise.reject(new Error('away')) });
  addReadyCheck({
    name: 'words',
    check: () => {
      throw new Error('not loaded');
    },
  });
  addReadyCheck({ name: 'silent', check: () => new Promise(() => undefined) });
  expect(await unreadyReasons()).toEqual(['mysql: away', 'words: not loaded', 'silent: the check took longer than 2000 ms']);
});
