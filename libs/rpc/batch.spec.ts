import {
  CommonErrors,
  FavoriteServiceDefinition,
  FeedServiceDefinition,
  bitsWhere,
  packIds,
  unpackIds,
  type FlagAnswer,
  type GetFlagsRequest,
  type GetFlagsResponse,
} from '@doul/contracts';
import { newContext } from '@doul/runtime';
import { Client, Server, ServerCredentials, credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerEach, newBatcher } from './ask.js';
import { batchLayout } from './batch-method.js';
import { CallStream } from './call-stream.js';
import { grpcMethod } from './definition.js';
import type { AnyHandler } from './handlers.js';
import { StreamServer } from './stream-server.js';
import { fromWire } from './wire-error.js';

const { getFlags, setFavorites } = FavoriteServiceDefinition.methods;

it('reads from the proto file which methods are batched, and how', () => {
  expect(batchLayout(getFlags)).toEqual({ max: 64, questions: 'questions', answers: 'answers' });
  expect(batchLayout(setFavorites)).toEqual({ max: 256, questions: 'favorites', answers: 'outcomes' });
  expect(batchLayout(FeedServiceDefinition.methods.listFeed)).toBeUndefined();
});

const likedBy = (viewerId: number, ids: number[]): Uint8Array => bitsWhere(ids.length, (at) => (ids[at] ?? 0) % viewerId === 0);

/** Viewers divisible by 13 have no answer; the others like the ids divisible by their own. */
const flagsOf: AnyHandler = async (request): Promise<GetFlagsResponse> => {
  const { questions } = request as GetFlagsRequest;
  await sleep(Math.random() * 5);
  const results = questions.map(({ viewerId, ids }) =>
    viewerId % 13 === 0 ? CommonErrors.UNAVAILABLE() : { bits: likedBy(viewerId, unpackIds(ids)) },
  );
  return answerEach(results, { bits: new Uint8Array(0) });
};

describe('thousands of interleaved questions on one stream', () => {
  const server = new Server();
  const streams = new StreamServer();
  let client: Client;
  let stream: CallStream;
  const { path, requestSerialize, responseDeserialize } = grpcMethod(FavoriteServiceDefinition, getFlags);
  const call = (request: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      stream.send(path, requestSerialize(request), 20_000, newContext('spec'), (failure, answer) => {
        if (failure || !answer) reject(failure ? fromWire(failure) : new Error('nothing'));
        else resolve(responseDeserialize(Buffer.from(answer)));
      });
    });

  beforeAll(async () => {
    streams.addTo(server);
    streams.mount(FavoriteServiceDefinition, { getFlags: flagsOf });
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound))),
    );
    client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    stream = new CallStream(client);
    await vi.waitFor(() => expect(stream.ready).toBe(true));
  });
  afterAll(() => {
    client.close();
    server.forceShutdown();
  });

  it('give every asker its own answer, or its own failure', async () => {
    const layout = batchLayout(getFlags);
    if (!layout) throw new Error('not batched');
    const batcher = newBatcher('spec', getFlags, layout, call);
    const videoIds = Array.from({ length: 30 }, (_, at) => at + 1);
    const ask = async (viewerId: number): Promise<void> => {
      await sleep(Math.random() * 50);
      const answer = batcher.ask({ viewerId, ids: packIds(videoIds) }, { until: Date.now() + 20_000 });
      if (viewerId % 13 === 0) await expect(answer).rejects.toMatchObject({ name: 'UNAVAILABLE' });
      else expect(new Uint8Array(((await answer) as FlagAnswer).bits)).toEqual(likedBy(viewerId, videoIds));
    };
    await Promise.all(Array.from({ length: 5_000 }, (_, at) => ask((at % 40) + 1)));
  });

  it('refuse what no service serves as something that never arrived', async () => {
    const failure = await new Promise((resolve) => stream.send('/doul.video.v1.Other/Method', Buffer.alloc(0), 20_000, undefined, resolve));
    expect(failure).toMatchObject({ code: 12 });
  });

  it('end for one caller at its deadline, and for nobody else', async () => {
    const slow = new Promise((resolve) => stream.send(path, requestSerialize({ questions: [] }), 0, undefined, resolve));
    expect(await slow).toMatchObject({ code: 4 });
    const { answers } = (await call({ questions: [{ viewerId: 2, ids: packIds([2, 3]) }] })) as GetFlagsResponse;
    expect(answers.map(({ bits }) => [...bits])).toEqual([[1]]);
  });

  it('are all answered when the server leaves, after which the stream takes no more', async () => {
    const asked = Array.from({ length: 200 }, () => call({ questions: [{ viewerId: 2, ids: packIds([4]) }] }));
    streams.leave();
    const answers = await Promise.all(asked);
    expect(answers).toHaveLength(200);
    expect(stream.ready).toBe(false);
    await new Promise<void>((resolve, reject) => server.tryShutdown((error) => (error ? reject(error) : resolve())));
  });
});
