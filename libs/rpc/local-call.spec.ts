import { CommonErrors, FeedServiceDefinition, type ListFeedRequest } from '@doul/contracts';
import { currentContext, newContext, runInContext } from '@doul/runtime';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { rpcClient } from './client.js';
import { mountLocal, type AnyHandler } from './handlers.js';

const definition = (idempotencyLevel?: 'NO_SIDE_EFFECTS') => ({
  ...FeedServiceDefinition,
  methods: { listFeed: { ...FeedServiceDefinition.methods.listFeed, options: idempotencyLevel ? { idempotencyLevel } : {} } },
});
const readOnly = rpcClient(definition('NO_SIDE_EFFECTS'));
const writing = rpcClient(definition());
const request: ListFeedRequest = { beforeMs: 1, limit: 2 };

let unmount: () => void = () => undefined;
afterEach(() => unmount());
function mount(handler: AnyHandler) {
  const mounted = vi.fn(handler);
  unmount = mountLocal(FeedServiceDefinition, { listFeed: mounted });
  return mounted;
}
const failing = (failures: number, error: () => Error): AnyHandler => {
  let calls = 0;
  return async () => {
    calls += 1;
    if (calls <= failures) throw error();
    return { entries: [] };
  };
};

describe('a call in process is made again as one over the wire is', () => {
  it('when the method may run twice and the failure may pass', async () => {
    const handler = mount(failing(2, () => CommonErrors.UNAVAILABLE()));
    expect(await readOnly.listFeed(request)).toEqual({ entries: [] });
    expect(handler).toHaveBeenCalledTimes(3);
  });

  it('at most three times', async () => {
    const handler = mount(failing(9, () => CommonErrors.UNAVAILABLE()));
    await expect(readOnly.listFeed(request)).rejects.toMatchObject({ name: 'UNAVAILABLE' });
    expect(handler).toHaveBeenCalledTimes(3);
  });

  it('but not when the method changes something, nor after a failure that stays', async () => {
    const busy = mount(failing(1, () => CommonErrors.UNAVAILABLE()));
    await expect(writing.listFeed(request)).rejects.toMatchObject({ name: 'UNAVAILABLE' });
    expect(busy).toHaveBeenCalledTimes(1);
    const refusing = mount(failing(1, () => CommonErrors.FORBIDDEN()));
    await expect(readOnly.listFeed(request)).rejects.toMatchObject({ name: 'FORBIDDEN' });
    expect(refusing).toHaveBeenCalledTimes(1);
  });
});

describe('a call in process', () => {
  it('ends at the deadline of the request being served, and is not begun after it', async () => {
    const handler = mount(() => sleep(2_000, { entries: [] }, { ref: false }));
    const context = { ...newContext('late'), deadline: Date.now() + 100 };
    const before = Date.now();
    const call = () => runInContext(context, () => readOnly.listFeed(request, { deadlineMs: 5_000 }));
    await expect(call()).rejects.toMatchObject({ name: 'DEADLINE' });
    expect(Date.now() - before).toBeLessThan(1_000);
    await expect(call()).rejects.toMatchObject({ name: 'DEADLINE' });
    expect(handler).toHaveBeenCalledTimes(1);
  });

  it('brings request, caller and deadline along, and counts its callee’s calls to the request', async () => {
    mount(async (_request, context) => {
      expect(context).toMatchObject({ requestId: 'request-1', userId: 7 });
      expect(context.deadline).toBeLessThanOrEqual(Date.now() + 500);
      return { entries: [] };
    });
    const context = { ...newContext('request-1'), userId: 7 };
    await runInContext(context, () => readOnly.listFeed(request, { deadlineMs: 500 }));
    expect(context.calls.rpc).toBe(1);
    expect(currentContext()).toBeUndefined();
  });

  it('belongs to the context that it names, whatever is served meanwhile', async () => {
    const handler = mount(async () => ({ entries: [] }));
    const named = { ...newContext('named'), userId: 7, deadline: Date.now() + 400 };
    const current = { ...newContext('current'), userId: 8 };
    await runInContext(current, () => readOnly.listFeed(request, { context: named }));
    const [, context] = handler.mock.calls[0] ?? [];
    expect(context).toMatchObject({ requestId: 'named', userId: 7, traceparent: named.traceparent, deadline: named.deadline });
    expect([named.calls.rpc, current.calls.rpc]).toEqual([1, 0]);
  });

  it('shares no object with its callee', async () => {
    const answer = { entries: [{ videoId: 1, authorId: 2, feedTimeMs: 3 }] };
    mount(async (got) => {
      (got as ListFeedRequest).limit = 99;
      return answer;
    });
    const given = { ...request };
    const got = await readOnly.listFeed(given);
    expect(given).toEqual(request);
    expect(got).toEqual(answer);
    expect(got.entries[0]).not.toBe(answer.entries[0]);
  });

  it('rejects with an error of ours whatever happens', async () => {
    mount(async () => undefined);
    await expect(readOnly.listFeed(request)).rejects.toMatchObject({ name: 'INTERNAL' });
    await expect(readOnly.listFeed(undefined as never)).rejects.toMatchObject({ name: 'INTERNAL' });
  });
});

it('a service that was mounted anew is not ended by the end of the earlier mount', async () => {
  const endFirst = mountLocal(FeedServiceDefinition, { listFeed: async () => ({ entries: [] }) });
  mount(async () => ({ entries: [] }));
  endFirst();
  expect(await readOnly.listFeed(request)).toEqual({ entries: [] });
});
