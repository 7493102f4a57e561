import { spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as nap } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Nginx } from './nginx.js';

const NGINX = process.env['NGINX_PATH'] ?? 'nginx';
const MAX_IN_FLIGHT = 4;
/** How long an answer of the slow paths takes, in ms. */
const SLOW_MS = 1_000;

/** The page of the feed that may be given to others, and for how long, in ms. */
const SHARED = 1_700_000_000_001;
const SHARED_MS = 500;

/** An API layer that says who it is, and of pages the how many-th answer it is. */
async function fakeApi(name: string): Promise<{ server: Server; port: number; most(): number }> {
  let inFlight = 0;
  let most = 0;
  let answers = 0;
  const server = createServer((request, response) => {
    most = Math.max(most, (inFlight += 1));
    response.on('close', () => (inFlight -= 1));
    request.resume();
    response.setHeader('x-layer', name);
    if (request.url?.endsWith(String(SHARED))) response.setHeader('x-doul-shared-ms', String(SHARED_MS));
    const id = request.url?.includes('latest_time') ? ` ${(answers += 1)}` : '';
    setTimeout(() => response.end(`${name} ${request.url}${id}`), request.url?.includes('slow') ? SLOW_MS : 0);
  });
  server.on('upgrade', (_request, socket) => {
    socket.on('error', () => undefined).on('end', () => socket.end());
    socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port, most: () => most };
}

async function freePort(): Promise<number> {
  const { server, port } = await fakeApi('');
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe.skipIf(spawnSync(NGINX, ['-v']).error)('nginx, as the gateway configures it', () => {
  const dir = mkdtempSync(join(tmpdir(), 'doul-nginx-'));
  let api: Awaited<ReturnType<typeof fakeApi>>;
  let child: ChildProcess;
  let base = '';
  let dead = 0;

  const route = (lines: readonly string[]): void => writeFileSync(join(dir, 'routes.txt'), `${lines.join('\n')}\n`);
  const ask = async (path: string, init?: RequestInit) => {
    const before = performance.now();
    const response = await fetch(base + path, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, ms: performance.now() - before };
  };

  beforeAll(async () => {
    api = await fakeApi('video');
    dead = await freePort();
    const port = await freePort();
    base = `http://127.0.0.1:${port}`;
    const nginx = new Nginx(NGINX, {
      dir,
      listen: `127.0.0.1:${port}`,
      accessLog: 'off',
      trustedProxies: [],
      rate: 300,
      rateLimits: true,
      maxInFlight: MAX_IN_FLIGHT,
      modules: process.env['NGINX_MODULES'] ?? '/usr/lib/nginx/modules',
      user: '',
      publishMaxBytes: 1_000_000,
      corsOrigins: ['*'],
      ossEndpoint: 'http://127.0.0.1:9',
      ossBucket: 'doul',
      ossInPath: true,
    });
    route([
      'route /douyin/feed video',
      'route /douyin/publish video',
      'route /douyin/ws video',
      'route /douyin/nobody nobody',
      'route /douyin/half half',
      `peer video 127.0.0.1 ${api.port}`,
      `peer half 127.0.0.1 ${dead}`,
      `peer half 127.0.0.1 ${api.port}`,
    ]);
    await nginx.configure();
    child = nginx.spawn();
    for (let tries = 0; tries < 100; tries += 1) {
      if (await ask('/douyin/feed').catch(() => undefined)) return;
      await nap(50);
    }
    throw new Error('nginx does not answer');
  });

  afterAll(async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
    api.server.close().closeAllConnections();
    rmSync(dir, { recursive: true, force: true });
  });

  it('sends an address to the service that registered the longest part of it', async () => {
    expect((await ask('/douyin/feed/?a=1')).text).toBe('video /douyin/feed/?a=1');
    expect((await ask('/douyin/feed')).text).toBe('video /douyin/feed');
    expect((await ask('/healthz')).text).toBe('video /healthz');
    for (const unknown of ['/douyin/feedback/', '/elsewhere', '/metrics', '/']) {
      const { status, text } = await ask(unknown);
      expect([unknown, status, JSON.parse(text)]).toEqual([unknown, 404, expect.objectContaining({ status_code: 10004 })]);
    }
  });

  it('tells who asks a service without instances to come again', async () => {
    const { status, headers, text } = await ask('/douyin/nobody/');
    expect([status, headers.get('retry-after'), JSON.parse(text)]).toEqual([503, '1', expect.objectContaining({ status_code: 10006 })]);
  });

  it('passes over an instance that is gone', async () => {
    for (let round = 0; round < 4; round += 1) expect((await ask('/douyin/half/')).status).toBe(200);
  });

  it('refuses at once what an instance has no place for, and lets the others through', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => ask('/douyin/feed/slow')));
    const served = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 503);
    expect(served.length + refused.length).toBe(answers.length);
    expect(served.length).toBeGreaterThanOrEqual(MAX_IN_FLIGHT);
    expect(refused.length).toBeGreaterThan(0);
    expect(api.most()).toBeLessThanOrEqual(MAX_IN_FLIGHT);
    for (const { headers, text, ms } of refused) {
      expect([headers.get('retry-after'), headers.get('access-control-allow-origin'), JSON.parse(text)]).toEqual([
        '1',
        '*',
        expect.objectContaining({ status_code: 10006 }),
      ]);
      expect(ms).toBeLessThan(SLOW_MS);
    }
    expect((await ask('/douyin/feed/')).status).toBe(200);
  });

  it('counts neither uploads nor WebSockets among them', async () => {
    const address = new URL(base);
    const sockets = Array.from({ length: 2 * MAX_IN_FLIGHT }, () => connect(Number(address.port), address.hostname));
    for (const socket of sockets) socket.write('GET /douyin/ws HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n');
    const heads = await Promise.all(
      sockets.map((socket) => new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))))),
    );
    expect(heads.every((head) => head.startsWith('HTTP/1.1 101 '))).toBe(true);
    const uploads = Array.from({ length: 2 * MAX_IN_FLIGHT }, () =>
      ask('/douyin/publish/slow/', { method: 'POST', body: 'x'.repeat(10_000) }),
    );
    await nap(SLOW_MS / 4);
    expect((await ask('/douyin/feed/')).status).toBe(200);
    expect((await Promise.all(uploads)).map(({ status }) => status)).toEqual(uploads.map(() => 200));
    for (const socket of sockets) socket.destroy();
  });

  describe('gives an answer that is the same for everybody', () => {
    const page = `/douyin/feed/?latest_time=${SHARED}`;
    /** Each of nginx's workers asks by itself, and for the first answer everybody does. */
    const WORKERS = availableParallelism();
    const answers = async (count: number, path = page, init?: RequestInit): Promise<Set<string>> => {
      const texts = new Set<string>();
      for (let at = 0; at < count; at += 1) texts.add((await ask(path, init)).text);
      return texts;
    };

    it('to others for as long as it may, whole and with its headers, and then anew', async () => {
      const first = await answers(10 * WORKERS);
      expect(first.size).toBeLessThanOrEqual(WORKERS);
      const [one, other] = [await ask(page), await ask(page)];
      expect(first).toContain(one.text);
      expect([one.status, one.headers.get('x-doul-shared-ms'), one.headers.get('x-layer')]).toEqual([200, null, 'video']);
      expect(one.headers.get('x-content-type-options')).toBe('nosniff');
      expect(one.headers.get('x-request-id')).not.toBe(other.headers.get('x-request-id'));
      await nap(SHARED_MS + 100);
      expect(first).not.toContain((await ask(page)).text);
    });

    it.each([
      ['a token in a header', page, { headers: { authorization: 'Bearer x' } }],
      ['a token in the address', `/douyin/feed/?token=x&latest_time=${SHARED}`, {}],
      ['an origin', page, { headers: { origin: 'https://example.org' } }],
      ['a body', page, { method: 'POST', body: 'token=x' }],
    ])('but not to who sends %s', async (_what, path, init) => {
      const shared = await answers(WORKERS);
      const own = await answers(5, path, init);
      expect(own.size).toBe(5);
      expect([...own].some((text) => shared.has(text))).toBe(false);
    });

    it('nor another language, nor what may not be shared', async () => {
      const shared = await answers(WORKERS);
      expect(shared).not.toContain((await ask(page, { headers: { 'accept-language': 'zh' } })).text);
      expect((await answers(5, `/douyin/feed/?latest_time=${SHARED + 1}`)).size).toBe(5);
    });

    it('while one asks anew', async () => {
      const another = `/douyin/feed/?latest_time=9${SHARED}`;
      const many = () => Promise.all(Array.from({ length: 20 }, () => ask(another)));
      // Until every worker has one, for which all who come to it meanwhile have asked.
      while ((await many()).some(({ status }) => status !== 200));
      await nap(SHARED_MS + 10);
      const renewed = await many();
      expect(renewed.every(({ status }) => status === 200)).toBe(true);
      expect(new Set(renewed.map(({ text }) => text)).size).toBeLessThanOrEqual(2 * WORKERS);
    });
  });
});
