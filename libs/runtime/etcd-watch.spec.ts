import type { Watcher } from 'etcd3';
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PrefixWatch, type EtcdEntries } from './etcd-watch.js';

/** An etcd whose answers the test gives one by one. */
class FakeEtcd {
  readonly watchers: (EventEmitter & { cancelled: boolean })[] = [];
  readonly reads: ((answer: Record<string, string> | Error) => void)[] = [];
  readonly source = {
    prefix: 'spec/',
    list: () =>
      new Promise<EtcdEntries>((resolve, reject) =>
        this.reads.push((answer) => (answer instanceof Error ? reject(answer) : resolve(new Map(Object.entries(answer))))),
      ),
    watcher: () => {
      const watcher = Object.assign(new EventEmitter(), {
        cancelled: false,
        cancel: async () => void (watcher.cancelled = true),
      });
      this.watchers.push(watcher);
      return watcher as unknown as Watcher;
    },
  };
}

let etcd: FakeEtcd;
let told: Record<string, string>[];
let watch: PrefixWatch;
const answer = async (entries: Record<string, string> | Error): Promise<void> => {
  etcd.reads.shift()?.(entries);
  await vi.advanceTimersByTimeAsync(0);
};

beforeEach(() => {
  vi.useFakeTimers();
  etcd = new FakeEtcd();
  told = [];
  watch = new PrefixWatch(etcd.source, (entries) => void told.push(Object.fromEntries(entries))).start();
});
afterEach(async () => {
  await watch.stop();
  vi.useRealTimers();
});

it('tells the entries at the start and after each change, and nothing when nothing has changed', async () => {
  await answer({ a: '1' });
  etcd.watchers[0]?.emit('data', {});
  etcd.watchers[0]?.emit('data', {});
  await vi.advanceTimersByTimeAsync(50);
  expect(etcd.reads).toHaveLength(1);
  await answer({ a: '2' });
  await vi.advanceTimersByTimeAsync(5_000);
  await answer({ a: '2' });
  expect(told).toEqual([{ a: '1' }, { a: '2' }]);
});

it('never tells an older answer after a newer one', async () => {
  etcd.watchers[0]?.emit('data', {});
  await vi.advanceTimersByTimeAsync(50);
  // The first read is still under way: a second one waits for it.
  expect(etcd.reads).toHaveLength(1);
  await answer({ a: 'old' });
  await answer({ a: 'new' });
  expect(told).toEqual([{ a: 'old' }, { a: 'new' }]);
});

it('keeps the last known entries while etcd is away', async () => {
  await answer({ a: '1' });
  await vi.advanceTimersByTimeAsync(5_000);
  await answer(new Error('away'));
  await vi.advanceTimersByTimeAsync(5_000);
  await answer({ a: '1' });
  expect(told).toEqual([{ a: '1' }]);
});

it('tells a change again that the listener could not take in', async () => {
  await watch.stop();
  etcd.reads.length = 0;
  const listener = vi.fn().mockImplementationOnce(() => {
    throw new Error('malformed');
  });
  watch = new PrefixWatch(etcd.source, listener).start();
  await answer({ a: '1' });
  await vi.advanceTimersByTimeAsync(5_000);
  await answer({ a: '1' });
  expect(listener).toHaveBeenCalledTimes(2);
});

it('makes a lost watcher anew, with a pause, and never asks etcd to end one that it ended itself', async () => {
  etcd.watchers[0]?.emit('disconnected', new Error('gone'));
  etcd.watchers[0]?.emit('disconnected', new Error('gone'));
  expect(etcd.watchers).toHaveLength(1);
  expect(etcd.watchers[0]?.cancelled).toBe(true);
  await vi.advanceTimersByTimeAsync(500);
  expect(etcd.watchers).toHaveLength(2);
  etcd.watchers[1]?.emit('error', new Error('compacted'));
  await vi.advanceTimersByTimeAsync(500);
  expect(etcd.watchers).toHaveLength(3);
  expect(etcd.watchers[1]?.cancelled).toBe(false);
});

it('leaves no timer and tells nothing after it was stopped', async () => {
  const stopped = watch.stop();
  etcd.watchers[0]?.emit('disconnected', new Error('closed'));
  await answer({ a: '1' });
  await stopped;
  expect(told).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});
