import { CommonErrors, defineErrors } from '@doul/contracts';
import { Controller, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { buildApi } from './api-layer.js';
import { RawAnswer, answerHead } from './answer.js';
import type { Call } from './call.js';
import { Endpoint } from './decorator.js';
import { endpoint, type InputOf } from './endpoint.js';
import { UserSchema, examples } from './objects.js';
import { p } from './params.js';
import { markRevoked } from './revocations.js';
import { signToken } from './token.js';

const Errors = defineErrors('spec', 98, {
  NO_CAT: { n: 1, grpc: 'NOT_FOUND', en: 'There is no such cat', zh: '没有这只猫' },
});

const common = {
  folder: 'spec',
  summary: 'A spec',
  answer: { user: UserSchema.optional(), seen: z.string() },
  example: { seen: '' },
} as const;
const read = endpoint({
  ...common,
  method: 'GET',
  path: '/douyin/spec/read/',
  auth: 'optional',
  params: { id: p.id(), note: p.text({ max: 5 }).optional() },
});
const write = endpoint({
  ...common,
  method: 'POST',
  path: '/douyin/spec/write/',
  auth: 'none',
  params: { username: p.text({ max: 4 }), action_type: p.choice(1, 2) },
  failureDefaults: { token: '' },
});
const mine = endpoint({ ...common, method: 'GET', path: '/douyin/spec/mine/', auth: 'required', params: {} });
const feed = endpoint({ ...common, method: 'GET', path: '/douyin/spec/feed/', auth: 'lenient', params: { latest_time: p.latestTime() } });
const upload = endpoint({
  ...common,
  method: 'POST',
  path: '/douyin/spec/upload/',
  auth: 'required',
  params: { title: p.text({ max: 10 }).default('') },
  multipart: { file: 'data', maxBytes: 100_000 },
});

const stored: string[] = [];
const discarded: string[] = [];

@Controller()
class SpecController {
  @Endpoint(read)
  read(input: InputOf<typeof read>, call: Call) {
    if (input.id === 404) throw Errors.NO_CAT();
    if (input.id === 500) throw new Error('a secret detail');
    if (input.id === 7) return new RawAnswer(Buffer.from(`${answerHead(call.language)},"raw":true}`));
    return { user: { ...examples.user, password: 'x' }, seen: JSON.stringify([input.id, input.note ?? null, call.viewerId]) };
  }
  @Endpoint(write)
  write(input: InputOf<typeof write>) {
    return { seen: JSON.stringify(input) };
  }
  @Endpoint(mine)
  mine(_input: InputOf<typeof mine>, call: Call) {
    return { seen: `${call.viewerId}/${call.sessionId}` };
  }
  @Endpoint(feed)
  feed(input: InputOf<typeof feed>, call: Call) {
    return { seen: `${input.latest_time} ${call.viewerId}` };
  }
  @Endpoint(upload)
  async upload(form: InputOf<typeof upload>, call: Call) {
    const { input, files } = await form.receive(
      async (file) => {
        const text = `${file.filename}:${(await buffer(file.stream)).length}`;
        stored.push(text);
        return text;
      },
      async (text) => void discarded.push(text),
    );
    return { seen: `${call.viewerId} ${input.title} ${files.get('data') ?? 'none'}` };
  }
}

@Module({ controllers: [SpecController] })
class SpecModule {}

let app: NestFastifyApplication;
let base: string;

async function call(path: string, init?: RequestInit): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }> {
  const response = await fetch(base + path, init);
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> };
}
const form = (fields: Record<string, string>): RequestInit => ({ method: 'POST', body: new URLSearchParams(fields) });
const token = (): string => signToken({ userId: 12, sessionId: 34 }).token;

beforeAll(async () => {
  app = await buildApi([{ module: SpecModule }]);
  await app.listen(0, '127.0.0.1');
  base = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
});
afterAll(() => app.close());
beforeEach(() => {
  stored.length = discarded.length = 0;
});

describe('answers', () => {
  it('have an envelope, exactly the declared fields, and both languages', async () => {
    const { status, headers, body } = await call('/douyin/spec/read/?id=3&unknown=1');
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    expect(body).toEqual({ status_code: 0, status_msg: 'success', user: examples.user, seen: '[3,null,0]' });
    const chinese = await call('/douyin/spec/read?id=404', { headers: { 'accept-language': 'zh-CN,zh;q=0.9,en;q=0.8' } });
    expect(chinese.body).toEqual({ status_code: 98001, status_msg: '没有这只猫' });
  });
  it('may be bytes that the handler made', async () => {
    expect((await call('/douyin/spec/read/?id=7')).body).toEqual({ status_code: 0, status_msg: 'success', raw: true });
  });
  it('hide what nobody expected behind the request id', async () => {
    const { body, headers } = await call('/douyin/spec/read/?id=500');
    expect(body['status_code']).toBe(10000);
    expect(body['status_msg']).toContain(headers.get('x-request-id'));
    expect(JSON.stringify(body)).not.toContain('secret');
  });
  it('carry an endpoint’s defaults when they fail', async () => {
    const { body } = await call('/douyin/spec/write/', form({ username: 'tooo long', action_type: '1' }));
    expect(body).toMatchObject({ status_code: 10001, token: '' });
    expect(body['status_msg']).toContain('username');
  });
});

describe('parameters', () => {
  const good = { status_code: 0, seen: '{"username":"ann","action_type":2}' };
  it.each<[string, string, RequestInit]>([
    ['query, no body', '?username=ann&action_type=2', { method: 'POST' }],
    ['query, empty content type', '?username=ann&action_type=2', { method: 'POST', headers: { 'content-type': '' } }],
    ['query, json type without a body', '?username=ann&action_type=2', { method: 'POST', headers: { 'content-type': 'application/json' } }],
    ['urlencoded', '', form({ username: 'ann', action_type: '2' })],
    ['json', '', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"username":"ann","action_type":2}' }],
    ['json text', '', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"username":"ann","action_type":"2"}' }],
    ['mixed', '?username=ann', form({ action_type: '2', username: '' })],
    ['same meaning twice', '?username=ann&action_type=2', form({ action_type: '0.2e1' })],
    ['malformed type, no body', '?username=ann&action_type=2', { method: 'POST', headers: { 'content-type': 'nonsense' } }],
  ])('come from %s', async (_name, query, init) => {
    expect((await call(`/douyin/spec/write/${query}`, init)).body).toMatchObject(good);
  });
  it('come from multipart', async () => {
    const body = new FormData();
    body.set('username', 'ann');
    body.set('action_type', '2');
    expect((await call('/douyin/spec/write/', { method: 'POST', body })).body).toMatchObject(good);
  });
  it.each([
    ['?username=ann&action_type=3', 10001, 'action_type'],
    ['?username=ann', 10001, 'action_type'],
    ['?username=%20%E2%80%8B&action_type=1', 10001, 'username'],
    ['?username=ann&username=bob&action_type=1', 10007, 'username'],
    ['?username=ann&action_type=1&action_type=2', 10007, 'action_type'],
    ['?username[]=ann&action_type=1', 10001, 'username'],
    ['?username=a%F0%9F%8C%8A%F0%9F%8C%8A%F0%9F%8C%8A&action_type=1', 0, 'success'],
    ['?username=%F0%9F%8C%8A%F0%9F%8C%8A%F0%9F%8C%8A%F0%9F%8C%8A%F0%9F%8C%8A&action_type=1', 10001, 'username'],
  ])('%s answers %i', async (query, code, named) => {
    const { body } = await call(`/douyin/spec/write/${query}`, { method: 'POST' });
    expect([body['status_code'], String(body['status_msg'])]).toEqual([code, expect.stringContaining(named)]);
  });
  it.each(['[1]', '{"a":1}', 'true', '1.5', '1e400', '9007199254740993', '-1', '"0x10"', '0'])('an id %s is refused', async (id) => {
    const json = { method: 'POST', headers: { 'content-type': 'application/json' }, body: `{"username":"ann","action_type":${id}}` };
    expect((await call('/douyin/spec/write/', json)).body['status_code']).toBe(10001);
  });
});

describe('transport errors', () => {
  it.each<[number, number, string, RequestInit]>([
    [404, 10004, '/douyin/nowhere/', {}],
    [405, 10010, '/douyin/spec/write', {}],
    [400, 10009, '/douyin/spec/write/', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":' }],
    [400, 10009, '/douyin/spec/write/', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '[1]' }],
    [
      413,
      10008,
      '/douyin/spec/write/',
      { method: 'POST', headers: { 'content-type': 'application/json' }, body: `{"a":"${'x'.repeat(300_000)}"}` },
    ],
    [415, 10011, '/douyin/spec/write/', { method: 'POST', headers: { 'content-type': 'text/xml' }, body: '<a/>' }],
    [400, 10009, '/douyin/%zz', {}],
  ])('%i is an envelope with CORS', async (status, code, path, init) => {
    const answer = await call(path, { ...init, headers: { origin: 'http://x.example', ...init.headers } });
    expect([answer.status, answer.body['status_code']]).toEqual([status, code]);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.body['status_msg']).toBeTruthy();
  });
  it.each([
    [400, 'nonsense\r\n\r\n'],
    [431, `GET / HTTP/1.1\r\nhost: x\r\nbig: ${'x'.repeat(20_000)}\r\n\r\n`],
  ])('%i on the socket', async (status, text) => {
    const socket = connect((app.getHttpServer().address() as AddressInfo).port, '127.0.0.1');
    socket.end(text);
    const answer = (await buffer(socket)).toString();
    expect(answer).toContain(`HTTP/1.1 ${status} `);
    expect(answer).toContain('access-control-allow-origin: *');
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toHaveProperty('status_msg');
  });
  it('answers a preflight', async () => {
    const answer = await fetch(`${base}/douyin/spec/write/`, {
      method: 'OPTIONS',
      headers: { origin: 'http://x.example', 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
    });
    expect([answer.status, answer.headers.get('access-control-allow-headers')]).toEqual([204, 'authorization']);
  });
});

describe('identity', () => {
  it('comes from a token anywhere', async () => {
    const seen = '12/34';
    expect((await call(`/douyin/spec/mine/?token=${token()}`)).body['seen']).toBe(seen);
    expect((await call('/douyin/spec/mine', { headers: { authorization: `Bearer ${token()}` } })).body['seen']).toBe(seen);
  });
  it('is refused when missing, wrong, forged, expired or revoked', async () => {
    const forged = `${token().slice(0, -4)}AAAA`;
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 31 * 24 * 3_600_000 });
    const old = token();
    vi.useRealTimers();
    for (const bad of ['', 'x', forged, old]) expect((await call(`/douyin/spec/mine/?token=${bad}`)).body['status_code']).toBe(10002);
    expect((await call(`/douyin/spec/read/?id=1&token=${forged}`)).body['status_code']).toBe(10002);
    expect((await call(`/douyin/spec/feed/?token=${forged}`)).body['seen']).toBe('0 0');
    const good = signToken({ userId: 12, sessionId: 99 }).token;
    markRevoked(99);
    expect((await call(`/douyin/spec/mine/?token=${good}`)).body['status_code']).toBe(10002);
  });
  it('is refused when two tokens differ', async () => {
    const headers = { authorization: `Bearer ${token()}` };
    const other = signToken({ userId: 13, sessionId: 35 }).token;
    expect((await call(`/douyin/spec/mine/?token=${other}`, { headers })).body['status_code']).toBe(10007);
  });
});

describe('uploads', () => {
  const send = (parts: [string, string | Blob][]): Promise<Awaited<ReturnType<typeof call>>> => {
    const body = new FormData();
    for (const [name, value] of parts) body.append(name, value);
    return call('/douyin/spec/upload/', { method: 'POST', body });
  };
  const file = (size: number): Blob => new File(['x'.repeat(size)], 'a.mp4');

  it('take fields before and after the file', async () => {
    expect(
      (
        await send([
          ['token', token()],
          ['title', 'one'],
          ['data', file(70_000)],
        ])
      ).body['seen'],
    ).toBe('12 one a.mp4:70000');
    expect(
      (
        await send([
          ['data', file(70_000)],
          ['title', 'two'],
          ['token', token()],
        ])
      ).body['seen'],
    ).toBe('12 two a.mp4:70000');
    expect((await send([['token', token()]])).body['seen']).toBe('12  none');
    expect(discarded).toEqual([]);
  });
  it('refuse a bad token before anything is stored', async () => {
    expect(
      (
        await send([
          ['token', 'x'],
          ['data', file(9)],
        ])
      ).body['status_code'],
    ).toBe(10002);
    expect(stored).toEqual([]);
  });
  it('discard what was stored when the rest of the form is bad', async () => {
    expect(
      (
        await send([
          ['data', file(9)],
          ['token', 'x'],
        ])
      ).body['status_code'],
    ).toBe(10002);
    expect(
      (
        await send([
          ['data', file(9)],
          ['token', token()],
          ['title', 'much too long'],
        ])
      ).body['status_code'],
    ).toBe(10001);
    expect(discarded).toEqual(['a.mp4:9', 'a.mp4:9']);
  });
  it('refuse a file beyond the limit', async () => {
    const { status, body } = await send([
      ['token', token()],
      ['data', file(100_001)],
    ]);
    expect([status, body['status_code']]).toEqual([413, 10008]);
    expect(stored).toEqual([]);
  });
  it('end when the client leaves', async () => {
    const socket = connect((app.getHttpServer().address() as AddressInfo).port, '127.0.0.1');
    const head = `POST /douyin/spec/upload/?token=${token()} HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: 5000\r\n\r\n`;
    socket.write(`${head}--b\r\ncontent-disposition: form-data; name="data"; filename="a"\r\n\r\nabc`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(stored).toEqual([]);
  });
  it('ask for a token without a form too', async () => {
    expect((await call('/douyin/spec/upload/', { method: 'POST' })).body['status_code']).toBe(CommonErrors.UNAUTHENTICATED.row.code);
  });
});
