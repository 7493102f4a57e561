import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { closedLoop, openLoop, type Work } from './wrk.js';

const there = spawnSync('wrk', ['-v']).error === undefined;

let server: Server | undefined;

/** A server that answers each path by its handler. */
async function serve(answer: (path: string) => { status?: number; body: string; afterMs?: number }): Promise<string> {
  server = createServer((request, response) => {
    const { status = 200, body, afterMs = 0 } = answer(request.url ?? '');
    const id = request.headers['x-request-id'] ?? 'none';
    setTimeout(() => response.writeHead(status, { 'x-request-id': id }).end(body), afterMs);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(() => void server?.close());

const work = (url: string, paths: readonly string[]): Work => {
  let at = 0;
  const next = (): { method: 'GET'; path: string } => ({ method: 'GET', path: paths[at++ % paths.length] ?? '/' });
  return { url, seconds: 2, connections: 8, prepared: 64, success: '"ok"', next };
};

describe.skipIf(!there)(
  'the generator',
  () => {
    it('counts answers that are no success, whatever their HTTP status', async () => {
      const url = await serve((path) =>
        path === '/bad' ? { body: '"no"' } : path === '/gone' ? { status: 500, body: '"ok"' } : { body: '"ok"' },
      );
      const load = await closedLoop(work(url, ['/good', '/bad', '/good', '/gone']));
      expect(load.requests).toBeGreaterThan(100);
      expect(load.errors / (load.requests + load.errors)).toBeCloseTo(0.5, 1);
    });

    it.each([false, true])('keeps its rate in an open loop, and tells refusals from errors (echo: %s)', async (echoes) => {
      const url = await serve((path) => (path === '/busy' ? { status: 503, body: '' } : { body: '"ok"' }));
      const load = await openLoop({ ...work(url, ['/good', '/busy']), seconds: 3, echoes }, 200);
      expect(load.errors).toBe(0);
      const rate = (load.requests + load.refused) / load.seconds;
      expect(rate).toBeGreaterThan(180);
      expect(rate).toBeLessThan(220);
      expect(Math.abs(load.requests - load.refused)).toBeLessThan(40);
    });

    it.each([false, true])('counts the time that a request had to wait for its connection (echo: %s)', async (echoes) => {
      const url = await serve(() => ({ body: '"ok"', afterMs: 100 }));
      // Eight connections answer 80 requests a second, so that half of 160 must wait.
      const load = await openLoop({ ...work(url, ['/']), seconds: 3, echoes }, 160);
      expect(load.sinceSent.p99Ms).toBeLessThan(400);
      expect(load.p50Ms).toBeGreaterThan(400);
      expect(load.unanswered).toBeGreaterThan(100);
      expect(load.p99Ms).toBeGreaterThan(1_900);
    });
  },
  30_000,
);
