import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Channels } from './channels.js';

type Listener = (entries: ReadonlyMap<string, string>) => void;
const listeners = new Map<string, Listener>();

vi.mock('@doul/runtime', async (original) => ({
  ...(await original<object>()),
  etcd: async () => ({ watch: (prefix: string, listener: Listener) => void listeners.set(prefix, listener) }),
}));

let channels: Channels;
const list = (...ids: string[]): void =>
  listeners.get('services/video.rpc/')?.(new Map(ids.map((id) => [`services/video.rpc/${id}`, '{"address":"127.0.0.1","port":1}'])));

beforeEach(async () => {
  vi.useFakeTimers();
  channels = new Channels();
  const first = channels.directory.pick('video');
  await vi.advanceTimersByTimeAsync(0);
  list('a', 'b');
  await first;
});
afterEach(() => {
  channels.close();
  vi.useRealTimers();
});

function clientOf(id: string) {
  const { client } = channels.linesTo('video', { id, target: '127.0.0.1:1' });
  return { client, close: vi.spyOn(client, 'close') };
}

it('keeps the connection to a gone instance until its calls have had time to end', async () => {
  const { client, close } = clientOf('a');
  list('b');
  await vi.advanceTimersByTimeAsync(4_000);
  expect(close).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1_500);
  expect(close).toHaveBeenCalledTimes(1);
  expect(clientOf('a').client).not.toBe(client);
});

it('keeps it when the instance comes back to the list meanwhile', async () => {
  const { client, close } = clientOf('a');
  list('b');
  await vi.advanceTimersByTimeAsync(3_000);
  list('a', 'b');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(close).not.toHaveBeenCalled();
  expect(clientOf('a').client).toBe(client);
});

it('leaves nothing behind that keeps a process alive', async () => {
  clientOf('a');
  list('b');
  list('a', 'b');
  channels.close();
  expect(vi.getTimerCount()).toBe(0);
});

it('waits for a first list no longer than the caller', async () => {
  const picked = channels.directory.pick('comment', undefined, 300);
  await vi.advanceTimersByTimeAsync(300);
  expect(await picked).toBeUndefined();
});
