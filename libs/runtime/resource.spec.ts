import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { disposeResources, resource } from './resource.js';

afterEach(() => disposeResources());

it('is made once, however many ask for it at the same time', async () => {
  const create = vi.fn(async () => {
    await sleep(5);
    return {};
  });
  const [one, two] = await Promise.all([resource('pool', create, () => undefined), resource('pool', create, () => undefined)]);
  expect(one).toBe(two);
  expect(create).toHaveBeenCalledTimes(1);
});

it('is closed in reverse order, a user before what it uses, even if it began to be made first', async () => {
  const closed: string[] = [];
  const hold = (key: string, create: () => Promise<string> | string = () => key) => resource(key, create, () => void closed.push(key));
  await hold('first');
  await hold('user', async () => `with ${await hold('used')}`);
  await hold('last');
  await disposeResources();
  expect(closed).toEqual(['last', 'user', 'used', 'first']);
});

it('is tried again after a failed creation', async () => {
  let tries = 0;
  const create = (): string => {
    tries += 1;
    if (tries === 1) throw new Error('not yet');
    return 'there';
  };
  await expect(resource('late', create, () => undefined)).rejects.toThrow('not yet');
  expect(await resource('late', create, () => undefined)).toBe('there');
});

it('is closed although others cannot be, or never answer, and is made anew afterwards', async () => {
  const closed: string[] = [];
  const make = vi.fn(() => 'a');
  await resource('a', make, () => void closed.push('a'));
  await resource(
    'broken',
    () => 1,
    () => Promise.reject(new Error('broken')),
  );
  await resource(
    'silent',
    () => 1,
    () => new Promise<void>(() => undefined),
  );
  await disposeResources();
  expect(closed).toEqual(['a']);
  await resource('a', make, () => undefined);
  expect(make).toHaveBeenCalledTimes(2);
}, 10_000);

it('that is still being made when the process stops is closed too', async () => {
  const closed: string[] = [];
  void resource(
    'slow',
    () => sleep(50, 'slow'),
    (value) => void closed.push(value),
  );
  await disposeResources();
  expect(closed).toEqual(['slow']);
});
