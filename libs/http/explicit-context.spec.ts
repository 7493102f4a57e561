import type * as runtime from '@doul/runtime';
import { Controller, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { buildApi } from './api-layer.js';
import type { Call } from './call.js';
import { Endpoint } from './decorator.js';
import { endpoint, type InputOf } from './endpoint.js';
import { p } from './params.js';
import { signToken } from './token.js';

const lines: object[] = [];
vi.mock('@doul/runtime', async (original) => {
  const actual = await original<typeof runtime>();
  const error = (fields: object, msg: string): void => void lines.push({ ...fields, msg });
  return { ...actual, childLog: (part: string) => Object.assign(actual.childLog(part), { error }) };
});

const common = { folder: 'spec', summary: 'A spec', auth: 'optional', answer: {}, example: {} } as const;
const read = endpoint({ ...common, method: 'GET', path: '/douyin/context/read/', params: { id: p.id() } });
const upload = endpoint({
  ...common,
  method: 'POST',
  path: '/douyin/context/upload/',
  params: {},
  multipart: { file: 'data', maxBytes: 9 },
});

const seen: unknown[] = [];

@Controller()
class SpecController {
  @Endpoint(read)
  async read({ id }: InputOf<typeof read>, { requestId, userId, traceparent, calls }: Call) {
    await turn();
    if (id === 500) throw new Error('unexpected');
    seen.push({ requestId, userId, traceparent });
    calls.rpc += id;
    return {};
  }
  @Endpoint(upload)
  async upload(form: InputOf<typeof upload>) {
    const store = (): Promise<never> => Promise.reject(new Error('unexpected'));
    await form.receive(store, store);
    return {};
  }
}

@Module({ controllers: [SpecController] })
class SpecModule {}

let app: NestFastifyApplication;
beforeAll(async () => {
  app = await buildApi([{ module: SpecModule }]);
});
afterAll(() => app.close());
beforeEach(() => {
  lines.length = seen.length = 0;
});

const get = (id: number, headers = {}) => app.inject({ method: 'GET', url: `/douyin/context/read/?id=${id}`, headers });

it('a process of API layers never runs anything in an ambient context: all its promises would cost more from then on', async () => {
  const entered = [vi.spyOn(AsyncLocalStorage.prototype, 'run'), vi.spyOn(AsyncLocalStorage.prototype, 'enterWith')];
  const headers = { 'content-type': 'multipart/form-data; boundary=b' };
  const payload = '--b\r\ncontent-disposition: form-data; name="data"; filename="a"\r\n\r\nabc\r\n--b--\r\n';
  const answers = [
    await get(1),
    await get(0),
    await get(500),
    await app.inject({ method: 'GET', url: '/nowhere' }),
    await app.inject({ method: 'POST', url: '/douyin/context/upload/', headers, payload }),
  ];
  expect(answers.map((answer) => answer.json<{ status_code: number }>().status_code)).toEqual([0, 10001, 10000, 10004, 10000]);
  expect(entered.flatMap<unknown>((spy) => spy.mock.calls)).toEqual([]);
  entered.forEach((spy) => spy.mockRestore());
});

it('a call is the context of what it causes: its id, its caller, its trace, and what it costs', async () => {
  const trace = '0af7651916cd43dd8448eb211c80319c';
  const { token } = signToken({ userId: 12, sessionId: 34 });
  const answer = await get(3, { authorization: `Bearer ${token}`, traceparent: `00-${trace}-b7ad6b7169203331-01` });
  const traceparent = expect.stringMatching(new RegExp(`^00-${trace}-`)) as string;
  expect(seen).toEqual([{ requestId: answer.headers['x-request-id'], userId: 12, traceparent }]);
  expect(JSON.parse(String(answer.headers['x-doul-calls']))).toEqual({ rpc: 3, sql: 0, redis: 0 });
});

it('an unexpected error is logged with the id and the trace of its request', async () => {
  const answer = await get(500);
  const trace = expect.stringMatching(/^00-[0-9a-f]{32}-/) as string;
  expect(lines).toMatchObject([{ msg: 'unexpected error in a request', requestId: answer.headers['x-request-id'], trace }]);
});
