import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { etcd, type EtcdClient } from './etcd-client.js';
import { etcdIsInstalled, PrivateEtcd } from './etcd-fixture.js';
import { holdLease } from './etcd-lease.js';
import { register } from './etcd-register.js';
import { disposeResources } from './resource.js';

/** Bounds how long a broken promise takes to be seen, in ms. */
const SOON = { timeout: 20_000, interval: 50 };

describe.runIf(etcdIsInstalled)('with an etcd that comes and goes', () => {
  let server: PrivateEtcd;
  let client: EtcdClient;
  beforeAll(async () => {
    server = await PrivateEtcd.start();
    client = await etcd();
  });
  afterAll(async () => {
    await disposeResources();
    await server.remove();
  });

  /** Kills etcd and starts it again, with or without what it knew. */
  async function restart(data: 'kept' | 'lost'): Promise<void> {
    await server.kill();
    if (data === 'lost') await server.wipe();
    await server.start();
  }

  describe('a watch', () => {
    let last: Record<string, string> | undefined;
    let end: () => void = () => undefined;
    const follow = (prefix: string): void => {
      last = undefined;
      end = client.watch(prefix, (entries) => (last = Object.fromEntries(entries)));
    };
    const seen = (entries: Record<string, string>): Promise<void> => vi.waitFor(() => expect(last).toEqual(entries), SOON);
    afterEach(() => end());

    it('tells what is there, and changes at once', async () => {
      await client.put('near/a', '1');
      await client.put('nearby', 'no');
      follow('near/');
      await seen({ 'near/a': '1' });
      await sleep(300);
      const before = Date.now();
      await client.put('near/b', '2');
      await seen({ 'near/a': '1', 'near/b': '2' });
      // Sooner than the next full read: the watcher told it.
      expect(Date.now() - before).toBeLessThan(2_000);
    });

    it.each(['kept', 'lost'] as const)('goes on after a restart with the data %s, and is as quick as before', async (data) => {
      await client.put(`${data}/a`, '1');
      // Revisions that a wiped etcd does not reach again for a while.
      for (let at = 0; at < 20; at += 1) await client.put('filler', String(at));
      follow(`${data}/`);
      await seen({ [`${data}/a`]: '1' });
      await server.kill();
      await sleep(200);
      expect(last).toEqual({ [`${data}/a`]: '1' });
      if (data === 'lost') await server.wipe();
      await server.start();
      if (data === 'lost') await seen({});
      // Until the new watcher stands.
      await sleep(2_500);
      const before = Date.now();
      await client.put(`${data}/b`, '2');
      await seen(data === 'kept' ? { 'kept/a': '1', 'kept/b': '2' } : { 'lost/b': '2' });
      expect(Date.now() - before).toBeLessThan(2_000);
    });

    it('tells nothing after its end', async () => {
      follow('ended/');
      await seen({});
      end();
      await client.put('ended/a', '1');
      await sleep(300);
      expect(last).toEqual({});
    });
  });

  describe('a registration', () => {
    const listed = (key: string): Promise<void> => vi.waitFor(async () => expect(await client.get(key)).toBe('here'), SOON);

    it.each(['kept', 'lost'] as const)(
      'is there again after a restart with the data %s, and goes when it is withdrawn',
      async (data) => {
        const key = `services/${data}`;
        const registration = register(key, 'here');
        await listed(key);
        await restart(data);
        await listed(key);
        // Longer than the lease: it is kept alive.
        await sleep(6_500);
        await listed(key);
        await registration.withdraw();
        expect(await client.get(key)).toBeUndefined();
      },
      60_000,
    );

    it('comes as soon as etcd does, and can be withdrawn while it is away or silent', async () => {
      await server.kill();
      const never = register('services/never', 'here');
      const late = register('services/late', 'here');
      await sleep(500);
      await never.withdraw();
      await server.start();
      await listed('services/late');
      expect(await client.get('services/never')).toBeUndefined();
      server.freeze();
      const before = Date.now();
      await late.withdraw();
      expect(Date.now() - before).toBeLessThan(1_500);
      server.thaw();
      await vi.waitFor(async () => expect(await client.get('services/late')).toBeUndefined(), SOON);
    }, 60_000);
  });

  describe('an exclusive lease', () => {
    const running = new Set<string>();
    let most = 0;
    const releases: (() => Promise<void>)[] = [];

    /** A worker that wants the lease; while it has it, it is in `running`. */
    function worker(name: string, lease: string): () => Promise<void> {
      const release = holdLease(lease, async (signal) => {
        running.add(name);
        most = Math.max(most, running.size);
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
        // What is under way is finished first.
        await sleep(300);
        running.delete(name);
      });
      releases.push(release);
      return release;
    }
    afterEach(async () => {
      await Promise.all(releases.splice(0).map((release) => release()));
      most = 0;
    });

    it('is held by one at a time, and moves on when its holder has ended', async () => {
      const releaseOf = new Map(['a', 'b'].map((name) => [name, worker(name, 'one')]));
      for (let round = 0; round < 2; round += 1) {
        await vi.waitFor(() => expect(running.size).toBe(1), SOON);
        const [holder = ''] = running;
        await releaseOf.get(holder)?.();
        expect(running.has(holder)).toBe(false);
      }
      expect(most).toBe(1);
    }, 30_000);

    it.each(['kept', 'lost'] as const)(
      'keeps its work going through an outage, with the data %s',
      async (data) => {
        worker('a', `outage-${data}`);
        await vi.waitFor(() => expect(running.has('a')).toBe(true), SOON);
        worker('b', `outage-${data}`);
        await server.kill();
        // Longer than the client needs to give its lease up.
        for (const until = Date.now() + 12_000; Date.now() < until; await sleep(100)) expect([...running]).toEqual(['a']);
        if (data === 'lost') await server.wipe();
        await server.start();
        await sleep(3_000);
        // With its data etcd still knows whose it is; without, whoever comes first has it. Never both for long, never nobody.
        await vi.waitFor(() => expect(running.size).toBe(1), SOON);
        if (data === 'kept') expect([...running]).toEqual(['a']);
      },
      60_000,
    );

    it('starts work again that failed', async () => {
      let runs = 0;
      const release = holdLease('failing', () => {
        runs += 1;
        throw new Error('once more');
      });
      await vi.waitFor(() => expect(runs).toBeGreaterThan(1), SOON);
      await release();
    }, 30_000);

    it('can be given up while etcd is away', async () => {
      const release = worker('a', 'given-up');
      await vi.waitFor(() => expect(running.has('a')).toBe(true), SOON);
      await server.kill();
      const before = Date.now();
      await release();
      expect(Date.now() - before).toBeLessThan(4_000);
      expect(running.size).toBe(0);
      await server.start();
    }, 30_000);
  });
});
