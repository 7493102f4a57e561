import { disposeResources } from '@doul/runtime';
import { Controller, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildApi } from './api-layer.js';
import { Endpoint } from './decorator.js';
import { endpoint, type InputOf } from './endpoint.js';
import { p } from './params.js';

Object.assign(process.env, { RATE_LIMITS: 'on', RATE_LOGIN_ACCOUNT: '3/60s', RATE_LOGIN_ADDRESS: '5/60s' });

const login = endpoint({
  method: 'POST',
  path: '/douyin/spec/login/',
  summary: 'A spec',
  folder: 'spec',
  auth: 'none',
  params: { username: p.text({ max: 50 }) },
  answer: {},
  example: {},
  limit: 'login',
});

@Controller()
class SpecController {
  @Endpoint(login)
  login(_input: InputOf<typeof login>) {
    return {};
  }
}

@Module({ controllers: [SpecController] })
class SpecModule {}

let app: NestFastifyApplication;
beforeAll(async () => {
  app = await buildApi([{ module: SpecModule }]);
});
afterAll(async () => {
  await app.close();
  await disposeResources();
});

const run = Date.now() % 100_000_000;
const from = (net: number): string => `198.${(run >> 16) & 255}.${(run >> 8) & 255}.${net}`;
const post = (username: string, address: string) =>
  app.inject({ method: 'POST', url: `/douyin/spec/login/?username=${username}`, headers: { 'x-forwarded-for': address } });
const statuses = async (calls: readonly [string, string][]): Promise<number[]> => {
  const seen: number[] = [];
  for (const [username, address] of calls) seen.push((await post(username, address)).statusCode);
  return seen;
};

it('an account is limited from wherever it is tried', async () => {
  const name = `a${run}`;
  const calls = [1, 2, 3, 4].map((at): [string, string] => [at % 2 ? name : name.toUpperCase(), from(at)]);
  expect(await statuses(calls)).toEqual([200, 200, 200, 429]);
  const refused = await post(name, from(5));
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect(refused.json()).toMatchObject({ status_code: 10005 });
});

it('an address is limited whatever it tries', async () => {
  const calls = [1, 2, 3, 4, 5, 6].map((at): [string, string] => [`b${run}-${at}`, from(100)]);
  expect(await statuses(calls)).toEqual([200, 200, 200, 200, 200, 429]);
});

it('this machine is not limited', async () => {
  const calls = Array.from({ length: 20 }, (): [string, string] => [`c${run}`, '127.0.0.1']);
  expect(new Set(await statuses(calls))).toEqual(new Set([200]));
});
