import { VideoRemovedEvent, type VideoChanged } from '@doul/contracts';
import { Database } from '@doul/data';
import { disposeResources } from '@doul/runtime';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Broker } from './broker.js';
import { QueueConsumer } from './consumer.js';
import { DeadLetters } from './dead-letters.js';
import type { EventMeta } from './envelope.js';
import { Inbox } from './inbox.js';
import { Outbox } from './outbox.js';
import { Relay } from './relay.js';
import type { Subscription } from './subscription.js';
import { createInboxTable, createOutboxTables } from './tables.js';
import { exchangeName, queueNames } from './topology.js';

process.env['EVENTS_PREFIX'] = `test-${process.pid}`;
const url = process.env['RABBITMQ_URL'] ?? '';
const schema = `doul_events_t${process.pid}`;
const subscription: Subscription = { queue: 'spec', version: 1, events: [VideoRemovedEvent], prefetch: 50, timeoutMs: 5_000, doc: '' };

/** A broker that can be taken away: a proxy whose connections are cut and refused. */
class Wire {
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;
  up = true;
  port = 0;

  async listen(): Promise<void> {
    const target = new URL(url);
    this.server = createServer((near) => {
      if (!this.up) return void near.destroy();
      const far = createConnection(Number(target.port), target.hostname);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.sockets.add(from);
        from.pipe(to);
        from.on('error', () => to.destroy()).on('close', () => to.destroy());
      }
    });
    await new Promise<void>((resolve) => this.server?.listen(0, '127.0.0.1', resolve));
    this.port = (this.server.address() as { port: number }).port;
  }

  cut(): void {
    this.up = false;
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
  }

  close(): void {
    this.cut();
    this.server?.close();
  }
}

async function until(what: string, holds: () => Promise<boolean> | boolean, ms = 20_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`gave up waiting: ${what}`);
    await sleep(50);
  }
}

const database = new Database(schema);
const outbox = new Outbox();
const wire = new Wire();
let broker: Broker;
let direct: Broker;
let stops: (() => Promise<void>)[] = [];

const append = (ids: readonly number[]): Promise<void> =>
  database.transaction(async (tx) =>
    outbox.appendAll(
      tx,
      VideoRemovedEvent,
      ids.map((videoId) => ({ videoId, authorId: 1, version: 1 })),
    ),
  );
const waiting = async (): Promise<number> => (await database.one<{ n: number }>('SELECT COUNT(*) AS n FROM outbox'))?.n ?? -1;
const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, at) => from + at);

function startRelay(over: Broker = broker, on: Pick<Database, 'query' | 'transaction'> = database): Relay {
  const relay = new Relay(schema, on, over);
  relay.start();
  outbox.onCommitted(() => relay.wake());
  stops.push(() => relay.stop());
  return relay;
}

async function startConsumer(
  handle: (payload: VideoChanged, meta: EventMeta) => Promise<void>,
  over: Broker = broker,
): Promise<QueueConsumer> {
  const handler = {
    event: VideoRemovedEvent,
    queue: 'spec',
    handle: (payload: unknown, meta: EventMeta) => handle(payload as VideoChanged, meta),
  };
  const consumer = new QueueConsumer(subscription, [handler], over);
  consumer.start();
  stops.push(() => consumer.stop());
  expect(await consumer.ready(10_000)).toBe(true);
  return consumer;
}

beforeAll(async () => {
  const root = new Database('mysql');
  await root.execute(`CREATE DATABASE ${schema}`);
  await createOutboxTables({ query: (sql) => database.execute(sql) });
  await createInboxTable({ query: (sql) => database.execute(sql) });
  await database.execute('CREATE TABLE applied (video_id BIGINT, times INT)');
  await wire.listen();
  const through = new URL(url);
  through.port = String(wire.port);
  broker = await Broker.open(through.href);
  direct = await Broker.open(url);
});

beforeEach(async () => {
  wire.up = true;
  await database.execute('DELETE FROM outbox');
  // A fresh queue for each story; it exists before the first relay, as in a running system.
  const consumer = await startConsumer(() => Promise.resolve(), direct);
  await consumer.stop();
});

afterEach(async () => {
  await Promise.all(stops.map((stop) => stop()));
  stops = [];
});

afterAll(async () => {
  const { work, retries, dead } = queueNames(subscription);
  const channel = direct.channel('clean', async (opened) => {
    for (const queue of [work, ...retries, dead]) await opened.deleteQueue(queue);
    for (const queue of ['search-worker', 'video-worker', 'comment-rpc']) {
      const names = queueNames({ queue, version: 1 });
      for (const name of [names.work, ...names.retries, names.dead]) await opened.deleteQueue(name);
    }
    await opened.deleteExchange(exchangeName());
  });
  await channel.ready(10_000);
  await broker.close();
  await direct.close();
  wire.close();
  await new Database('mysql').execute(`DROP DATABASE ${schema}`);
  await disposeResources();
});

describe('outbox, relay and consumers', () => {
  it('delivers a committed event and a rolled back one never', async () => {
    const got: [VideoChanged, EventMeta][] = [];
    await startConsumer((payload, meta) => Promise.resolve(void got.push([payload, meta])));
    startRelay();
    await sleep(300);
    const failed = database.transaction(async (tx) => {
      outbox.append(tx, VideoRemovedEvent, { videoId: 1, authorId: 1, version: 1 });
      throw new Error('rolled back');
    });
    await expect(failed).rejects.toThrow('rolled back');
    await append([2]);
    await until('the event', () => got.length > 0);
    expect(got[0]?.[0]).toEqual({ videoId: 2, authorId: 1, version: 1 });
    expect(got[0]?.[1]).toMatchObject({ type: 'video.removed', queue: 'spec', attempt: 1 });
    await until('an empty outbox', async () => (await waiting()) === 0);
    expect(got).toHaveLength(1);
  });

  it('loses nothing while the broker comes and goes', async () => {
    const got = new Set<number>();
    await startConsumer((payload) => Promise.resolve(void got.add(payload.videoId)));
    startRelay();
    for (let round = 0; round < 3; round += 1) {
      await append(range(round * 1_000, 300));
      wire.cut();
      await append(range(round * 1_000 + 300, 100));
      await sleep(500);
      wire.up = true;
      await sleep(300);
    }
    await until('all 1,200 events', () => got.size === 1_200);
    await until('an empty outbox', async () => (await waiting()) === 0);
  });

  it('publishes again what a relay had published when it died before its commit', async () => {
    const got: number[] = [];
    await startConsumer((payload) => Promise.resolve(void got.push(payload.videoId)));
    let crashed = false;
    const dying: Pick<Database, 'query' | 'transaction'> = {
      query: (sql, params) => (crashed ? Promise.resolve([]) : database.query(sql, params)),
      transaction: (work) =>
        database.transaction(async (tx) => {
          await work(tx);
          crashed = true;
          throw new Error('killed before the commit');
        }),
    };
    startRelay(broker, dying);
    await append(range(1, 50));
    await until('the crash', () => crashed);
    expect(await waiting()).toBe(50);
    startRelay();
    await until('every event again', () => new Set(got).size === 50 && got.length >= 100);
    await until('an empty outbox', async () => (await waiting()) === 0);
  });

  it('lets two relays share the work without publishing anything twice', async () => {
    const got: number[] = [];
    await startConsumer((payload) => Promise.resolve(void got.push(payload.videoId)));
    startRelay(broker);
    startRelay(direct);
    await Promise.all(range(0, 40).map((part) => append(range(part * 50, 50))));
    await until('all 2,000 events', () => got.length >= 2_000);
    await sleep(300);
    expect(got).toHaveLength(2_000);
    expect(new Set(got).size).toBe(2_000);
  });

  it('applies a repeated event once through the inbox', async () => {
    const inbox = new Inbox();
    const metas: EventMeta[] = [];
    const apply = (payload: VideoChanged, meta: EventMeta): Promise<void> =>
      database.transaction(async (tx) => {
        metas.push(meta);
        if (await inbox.once(tx, meta)) await tx.execute('INSERT INTO applied VALUES (?, 1)', [payload.videoId]);
      });
    await startConsumer(apply);
    startRelay();
    await append([77]);
    await until('the event', () => metas.length === 1);
    await apply({ videoId: 77, authorId: 1, version: 1 }, metas[0]!);
    await until('one row', async () => (await database.query('SELECT * FROM applied WHERE video_id = 77')).length === 1);
  });

  it('tries a poison message after 1, 2, 4 and 8 s, keeps it as a dead letter, and replays it', async () => {
    const tries: { at: number; attempt: number; eventId: string }[] = [];
    let cured = false;
    await startConsumer((_payload, meta) => {
      tries.push({ at: Date.now(), attempt: meta.attempt, eventId: meta.eventId });
      return cured ? Promise.resolve() : Promise.reject(new Error('poison'));
    });
    startRelay();
    await append([666]);
    const letters = new DeadLetters(direct);
    await until('the dead letter', async () => (await letters.count(subscription)) === 1, 25_000);
    expect(tries.map((one) => one.attempt)).toEqual([1, 2, 3, 4, 5]);
    const waits = tries.slice(1).map((one, at) => one.at - (tries[at]?.at ?? 0));
    for (const [at, expected] of [1_000, 2_000, 4_000, 8_000].entries()) expect(waits[at]).toBeGreaterThanOrEqual(expected - 50);
    const [letter] = await letters.list(subscription, 10);
    expect(letter).toMatchObject({ queue: 'spec', type: 'video.removed', error: 'Error: poison', payload: { videoId: 666 } });
    expect(letter?.eventId).toBe(tries[0]?.eventId);
    // Whoever looks leaves it in its place, also for the one who looks right after.
    for (let look = 0; look < 50; look += 1) expect(await letters.list(subscription, 10)).toHaveLength(1);
    cured = true;
    expect(await letters.replay(subscription, 10, 'another event')).toBe(0);
    expect(await letters.replay(subscription, 10)).toBe(1);
    await until('the replayed event', () => tries.length === 6);
    expect(tries[5]).toMatchObject({ attempt: 1, eventId: tries[0]?.eventId });
    expect(await letters.count(subscription)).toBe(0);
  }, 60_000);

  it('finishes running handlers before it stops, and leaves the rest to others', async () => {
    const done = new Set<number>();
    const slow = async (payload: VideoChanged): Promise<void> => {
      await sleep(100);
      done.add(payload.videoId);
    };
    const first = await startConsumer(slow);
    startRelay();
    await append(range(1, 300));
    await until('the first deliveries', () => done.size > 0);
    await first.stop();
    const atStop = done.size;
    await sleep(300);
    expect(done.size).toBe(atStop);
    await startConsumer(slow);
    await until('all events', () => done.size === 300);
  });

  it('does not count a try that a stop has cut short', async () => {
    let cut: (() => void) | undefined;
    const first = await startConsumer(() => new Promise((_, reject) => (cut = () => reject(new Error('cut short')))));
    startRelay();
    const tries: number[] = [];
    await append([5]);
    await until('the delivery', () => cut !== undefined);
    const stopping = first.stop();
    cut?.();
    await stopping;
    await startConsumer((_payload, meta) => Promise.resolve(void tries.push(meta.attempt)));
    await until('the delivery to the next', () => tries.length === 1);
    expect(tries).toEqual([1]);
  });
});
