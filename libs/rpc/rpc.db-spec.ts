import { DoulError, FeedServiceDefinition } from '@doul/contracts';
import {
  advertisedHost,
  disposeResources,
  newContext,
  register,
  runInContext,
  type Registration,
  type StartedTransport,
} from '@doul/runtime';
import { nanoid } from 'nanoid';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { rpcClient } from './index.js';
import { ASK, fixtureLayer } from './rpc-fixture.js';
import type { rpcConfig } from './rpc.config.js';

vi.mock('./rpc.config.js', async (original) => {
  const actual = await original<{ rpcConfig: typeof rpcConfig }>();
  return { rpcConfig: () => ({ ...actual.rpcConfig(), RPC_IN_PROCESS: inProcess }) };
});
let inProcess = true;
process.env['ETCD_NAMESPACE'] = `rpc-spec-${nanoid(6)}`;

interface Instance {
  server: StartedTransport;
  registration: Registration;
}

/** Starts an instance and announces it, as serve() does. */
async function startInstance(number: number): Promise<Instance> {
  const layer = fixtureLayer(number);
  const server = await layer.transport.start([layer]);
  const value = JSON.stringify({ address: await advertisedHost(), port: server.port });
  return { server, registration: register(`services/video.rpc/${nanoid(6)}`, value) };
}

async function stopInstance({ server, registration }: Instance): Promise<void> {
  await registration.withdraw();
  await sleep(500);
  await server.close();
}

const feed = rpcClient(FeedServiceDefinition);
const askWho = async (): Promise<number> => (await feed.listFeed({ beforeMs: 1, limit: ASK.echo })).entries[0]?.feedTimeMs ?? 0;
const failureOf = (limit: number, deadlineMs = 1_000): Promise<unknown> =>
  feed.listFeed({ beforeMs: 0, limit }, { deadlineMs }).catch((error: unknown) => error);

describe.each([true, false])('calls with RPC_IN_PROCESS=%s', (direct) => {
  let instance: Instance;
  beforeAll(async () => {
    inProcess = direct;
    instance = await startInstance(1);
    await sleep(200);
  });
  afterAll(async () => {
    await instance.server.close();
    await instance.registration.withdraw();
  });

  it.each(['current', 'named'])('carries whole numbers up to 2^53 - 1 and the caller of the %s context', async (how) => {
    const context = { ...newContext('request-1'), userId: 42 };
    const request = { beforeMs: Number.MAX_SAFE_INTEGER, limit: ASK.echo };
    const answer = await (how === 'named' ? feed.listFeed(request, { context }) : runInContext(context, () => feed.listFeed(request)));
    expect(answer.entries).toEqual([{ videoId: Number.MAX_SAFE_INTEGER, authorId: 42, feedTimeMs: 1 }]);
    expect(context.calls.rpc).toBe(1);
  });

  it('rejects with the same error class, code and texts', async () => {
    const error = await failureOf(ASK.refuse);
    expect(error).toBeInstanceOf(DoulError);
    expect(error).toMatchObject({
      code: 10001,
      name: 'INVALID_PARAMETER',
      message: 'Parameter limit: refused',
      details: { parameter: 'limit' },
    });
  });

  it('hides what an unexpected error says', async () => {
    const error = (await failureOf(ASK.crash)) as DoulError;
    expect(error.code).toBe(10000);
    expect(error.message).not.toContain('secret');
  });

  it('gives up at the deadline', async () => {
    expect(await failureOf(ASK.hang, 300)).toMatchObject({ name: 'DEADLINE' });
  });
});

describe('several instances over gRPC', () => {
  let first: Instance;
  let second: Instance;
  beforeAll(async () => {
    inProcess = false;
    [first, second] = [await startInstance(1), await startInstance(2)];
    await sleep(400);
  });
  afterAll(async () => {
    await first.server.close();
    await first.registration.withdraw();
    await disposeResources();
  });

  it('are asked in turn', async () => {
    const asked = await Promise.all(Array.from({ length: 20 }, askWho));
    expect(asked.filter((who) => who === 1)).toHaveLength(10);
    expect(asked.filter((who) => who === 2)).toHaveLength(10);
  });

  it('leave without a failed call, and get none afterwards', async () => {
    let stopping = true;
    const asked: number[] = [];
    const traffic = (async () => {
      while (stopping) asked.push(await askWho());
    })();
    await stopInstance(second);
    stopping = false;
    await traffic;
    expect(asked.length).toBeGreaterThan(50);
    expect(new Set(await Promise.all(Array.from({ length: 10 }, askWho)))).toEqual(new Set([1]));
  });

  it('that die without a word cost no failed call either', async () => {
    const third = await startInstance(3);
    await sleep(300);
    await third.server.close();
    const asked = await Promise.all(Array.from({ length: 20 }, askWho));
    expect(new Set(asked)).toEqual(new Set([1]));
    await third.registration.withdraw();
  });
});
