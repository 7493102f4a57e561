import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { addReadyCheck, unreadyReasons } from './health.js';
import type { Layer, StartedTransport } from './layer.js';
import { resource } from './resource.js';
import { serve } from './serve.js';

const told: string[] = [];
vi.mock('./etcd-register.js', () => ({
  register: (key: string, value: string) => {
    const name = key.split('/')[1] ?? '';
    told.push(`register ${name} ${(JSON.parse(value) as { port: number }).port}`);
    return { withdraw: async () => void told.push(`withdraw ${name}`) };
  },
}));
vi.stubEnv('DRAIN_MS', '1');

beforeEach(() => void (told.length = 0));
afterEach(() => addReadyCheck({ name: 'gate', check: () => Promise.resolve() }));

class Empty {}

function layer(kind: Layer['kind'], start: () => Promise<void> = () => Promise.resolve(), close = start): Layer {
  const transport = {
    async start(): Promise<StartedTransport> {
      await start();
      told.push(`start ${kind}`);
      return {
        ...(kind === 'worker' ? {} : { port: kind === 'api' ? 80 : 50 }),
        close: async () => {
          told.push(`close ${kind}`);
          await close();
        },
      };
    },
  };
  return { name: `spec-${kind}`, service: 'spec', kind, module: Empty, transport };
}

const nothing = (): Promise<void> => Promise.resolve();
const fail = (): Promise<void> => Promise.reject(new Error('no port'));

it('starts RPC, worker and API in this order, announces them last, and stops in reverse', async () => {
  const running = await serve(layer('api'), layer('worker'), layer('rpc'));
  expect(told).toEqual([
    'start rpc',
    'start worker',
    'start api',
    'register spec.api 80',
    'register spec.worker 0',
    'register spec.rpc 50',
  ]);
  expect(running.ports).toMatchObject({ api: 80, rpc: 50 });
  const metrics = await fetch(`http://127.0.0.1:${running.ports.admin}/metrics`);
  expect(await metrics.text()).toContain('process_cpu_seconds_total');
  told.length = 0;
  await running.stop();
  expect(told).toEqual(['withdraw spec.api', 'withdraw spec.worker', 'withdraw spec.rpc', 'close api', 'close worker', 'close rpc']);
});

it('closes what it had started when a layer cannot start, and announces nothing', async () => {
  await resource(
    'used',
    () => 1,
    () => void told.push('close used'),
  );
  await expect(serve(layer('rpc'), layer('worker'), layer('api', fail))).rejects.toThrow('no port');
  expect(told).toEqual(['start rpc', 'start worker', 'close worker', 'close rpc', 'close used']);
});

it('closes the others although one cannot be closed', async () => {
  const running = await serve(layer('rpc'), layer('api', nothing, fail));
  told.length = 0;
  await running.stop();
  expect(told).toContain('close rpc');
});

it('announces itself only when it is ready', async () => {
  let ready = false;
  addReadyCheck({ name: 'gate', check: () => (ready ? Promise.resolve() : Promise.reject(new Error('not yet'))) });
  const serving = serve(layer('rpc'));
  await vi.waitFor(() => expect(told).toEqual(['start rpc']));
  await sleep(150);
  expect(told).toEqual(['start rpc']);
  ready = true;
  const running = await serving;
  expect(told).toContain('register spec.rpc 50');
  await running.stop();
  expect(await unreadyReasons()).toEqual(['process: stopping']);
});

it('stops on a signal during the start: what was started is closed, nothing is announced', async () => {
  const exit = vi.spyOn(process, 'exit').mockImplementation((code) => void told.push(`exit ${String(code)}`) as never);
  const others = process.listeners('SIGTERM');
  let started: () => void = () => undefined;
  const serving = serve(
    layer('rpc'),
    layer('api', () => new Promise((resolve) => (started = resolve)), nothing),
  );
  await vi.waitFor(() => expect(told).toEqual(['start rpc']));
  const [ours] = process.listeners('SIGTERM').filter((each) => !others.includes(each));
  ours?.('SIGTERM');
  await sleep(20);
  started();
  await serving;
  await vi.waitFor(() => expect(exit).toHaveBeenCalledWith(0));
  expect(await unreadyReasons()).toEqual(['process: stopping']);
  expect(told).toEqual(['start rpc', 'start api', 'close api', 'close rpc', 'exit 0']);
});
