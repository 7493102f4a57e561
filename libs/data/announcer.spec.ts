import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Announcer } from './announcer.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('forgets before it notes, and does both again until Redis has taken them', async () => {
  const done: string[] = [];
  let away: 'forget' | 'note' | undefined;
  const step = (name: 'forget' | 'note') => (ids: readonly number[]) => {
    if (away === name) return Promise.reject(new Error('away'));
    done.push(`${name} ${ids.join()}`);
    return Promise.resolve();
  };
  const announcer = new Announcer(step('forget'), step('note'));
  await announcer.announce([1]);
  expect(done.splice(0)).toEqual(['forget 1', 'note 1']);

  away = 'note';
  await expect(announcer.announce([2])).rejects.toThrow('away');
  await expect(announcer.announce([3, 2])).rejects.toThrow('away');
  away = 'forget';
  await vi.advanceTimersByTimeAsync(1_000);
  away = undefined;
  done.length = 0;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(done).toEqual(['forget 2,3', 'note 2,3']);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(done).toHaveLength(2);
});
