import { Controller, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { connect, type AddressInfo } from 'node:net';
import { setTimeout as nap } from 'node:timers/promises';
import { register } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { buildApi } from './api-layer.js';
import { Endpoint } from './decorator.js';
import { endpoint } from './endpoint.js';

const PLACES = 8;

const common = {
  folder: 'spec',
  summary: 'A spec',
  auth: 'none',
  params: {},
  answer: { seen: z.string() },
  example: { seen: '' },
} as const;
const slow = endpoint({ ...common, method: 'POST', path: '/douyin/spec/slow/' });
const upload = endpoint({ ...common, method: 'POST', path: '/douyin/spec/put/', multipart: { file: 'data', maxBytes: 1_000 } });

/** Handlers wait here until the spec lets them go. */
let waiting: (() => void)[] = [];
const answerAll = (): void => {
  for (const go of waiting) go();
  waiting = [];
};

@Controller()
class SlowController {
  @Endpoint(slow)
  async slow() {
    await new Promise<void>((resolve) => waiting.push(resolve));
    return { seen: 'late' };
  }
  @Endpoint(upload)
  async upload() {
    return { seen: 'stored' };
  }
}

@Module({ controllers: [SlowController] })
class SlowModule {}

describe('a process with all places taken', () => {
  let app: NestFastifyApplication;
  let port = 0;
  const url = (path: string): string => `http://127.0.0.1:${port}${path}`;
  const post = async (path: string, body?: string) => {
    const before = performance.now();
    const response = await fetch(url(path), { method: 'POST', ...(body === undefined ? {} : { body }) });
    const { status, headers } = response;
    return { status, headers, body: (await response.json()) as { status_code: number }, ms: performance.now() - before };
  };

  beforeAll(async () => {
    vi.stubEnv('HTTP_MAX_IN_FLIGHT', String(PLACES));
    app = await buildApi([{ module: SlowModule }]);
    await app.listen(0, '127.0.0.1');
    port = (app.getHttpServer().address() as AddressInfo).port;
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await app.close();
  });

  it('refuses the surplus at once, before its bodies are read, and answers the others', async () => {
    const first = Array.from({ length: PLACES }, () => post('/douyin/spec/slow/'));
    await vi.waitFor(() => expect(waiting).toHaveLength(PLACES));
    const surplus = await Promise.all(Array.from({ length: 100 }, () => post('/douyin/spec/slow/', 'x'.repeat(200_000))));
    expect(waiting).toHaveLength(PLACES);
    for (const { status, headers, body } of surplus)
      expect([status, headers.get('retry-after'), body.status_code]).toEqual([503, '1', 10006]);
    // One after the other, so that no queue of the spec's own counts.
    const times: number[] = [];
    for (let round = 0; round < 21; round += 1) times.push((await post('/douyin/spec/slow/')).ms);
    expect(times.sort((a, b) => a - b)[10]).toBeLessThan(50);
    expect(await register.metrics()).toContain('doul_http_refused_total{place="request"} 121');
    answerAll();
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual(first.map(() => 200));
  });

  it('still answers uploads, preflights and questions after its health', async () => {
    const first = Array.from({ length: PLACES }, () => post('/douyin/spec/slow/'));
    await vi.waitFor(() => expect(waiting).toHaveLength(PLACES));
    expect((await post('/douyin/spec/put/')).status).toBe(200);
    expect((await fetch(url('/healthz'))).status).toBe(200);
    expect((await fetch(url('/douyin/spec/slow/'), { method: 'OPTIONS' })).status).toBe(204);
    answerAll();
    await Promise.all(first);
  });

  it('keeps a place for work that goes on after its client left, and then gets it back', async () => {
    const sockets = Array.from({ length: PLACES }, () => connect(port, '127.0.0.1'));
    for (const socket of sockets) socket.write('POST /douyin/spec/slow/ HTTP/1.1\r\nhost: x\r\n\r\n');
    await vi.waitFor(() => expect(waiting).toHaveLength(PLACES));
    for (const socket of sockets) socket.destroy();
    await nap(100);
    expect((await post('/douyin/spec/slow/')).status).toBe(503);
    answerAll();
    await nap(100);
    for (let round = 0; round < 3 * PLACES; round += 1) {
      const answer = post('/douyin/spec/slow/');
      await vi.waitFor(() => expect(waiting).toHaveLength(1));
      answerAll();
      expect((await answer).status).toBe(200);
    }
  });
});
