import { FavoriteServiceDefinition, bitsWhere, type GetFlagsRequest } from '@doul/contracts';
import { newContext, type RequestContext } from '@doul/runtime';
import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { apiClient } from './client.js';
import { mountLocal } from './handlers.js';
import { watchChanges } from './watch-changes.js';

const favorites = apiClient(FavoriteServiceDefinition);
const question = { viewerId: 7, ids: new Uint8Array(0) };

let called: RequestContext[] = [];
let unmount: () => void;
beforeEach(() => {
  called = [];
  unmount = mountLocal(FavoriteServiceDefinition, {
    getFlags: async (request, context) => {
      called.push(context);
      return { answers: (request as GetFlagsRequest).questions.map(() => ({ bits: bitsWhere(0, () => false) })), failures: [] };
    },
  });
});
afterEach(() => {
  unmount();
  vi.restoreAllMocks();
});

it('a client and a watch run nothing in an ambient context: an API process would pay for it with every promise', async () => {
  const entered = [vi.spyOn(AsyncLocalStorage.prototype, 'run'), vi.spyOn(AsyncLocalStorage.prototype, 'enterWith')];
  const context = newContext('request-1');
  await favorites.getFlags({ questions: [question] }, { context });
  await Promise.all([favorites.ask.getFlags(question, { context }), favorites.ask.getFlags(question, { context, alone: true })]);
  const polled: RequestContext[] = [];
  const poll = async (cursor: string, own: RequestContext) => {
    polled.push(own);
    await favorites.ask.getFlags(question, { context: own });
    return { cursor, reset: false, more: false };
  };
  const watch = watchChanges({ name: 'spec', poll, onChange: () => undefined, onReset: () => undefined });
  await vi.waitFor(() => expect(polled).toMatchObject([{ requestId: 'changes:spec', calls: { rpc: 1 } }]));
  await watch.stop();
  expect(called).toHaveLength(4);
  expect(entered.flatMap<unknown>((spy) => spy.mock.calls)).toEqual([]);
});

it('each asker pays for its batch, and a batch has nobody for its caller', async () => {
  const askers = [1, 2].map((userId) => ({ ...newContext(`request-${userId}`), userId }));
  await Promise.all(askers.map((context) => favorites.ask.getFlags(question, { context })));
  expect(askers.map(({ calls }) => calls.rpc)).toEqual([1, 1]);
  expect(called.map(({ userId }) => userId)).toEqual([undefined]);
});

it('no call compiles that does not say whose it is', () => {
  // @ts-expect-error: the options are missing
  const whole = () => favorites.getFlags({ questions: [] });
  // @ts-expect-error: nobody's call
  const one = () => favorites.ask.getFlags(question, { context: undefined });
  expect([whole, one]).toHaveLength(2);
});
