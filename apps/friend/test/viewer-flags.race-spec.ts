import { disposeResources } from '@doul/runtime';
import { FlagsProcess } from '@doul/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { FIRST_ID, friendFixture, type FriendFixture, type FriendInstance } from './friend-fixture.js';

const USERS = Array.from({ length: 16 }, (_, at) => FIRST_ID + at);

let fixture: FriendFixture;
/** RPC layers, and API processes that each ask one of them. */
let layers: FriendInstance[];
let processes: FlagsProcess[];

const pick = <T>(items: readonly T[]): T => items[Math.floor(Math.random() * items.length)] as T;

beforeAll(async () => {
  fixture = await friendFixture();
  layers = [fixture.newInstance(), fixture.newInstance()];
  processes = [0, 1, 2].map((at) => new FlagsProcess({ relations: (layers[at % layers.length] as FriendInstance).rpc }));
});
afterAll(async () => {
  for (const process of processes) await process.close();
  await fixture.close();
  await disposeResources();
});
beforeEach(async () => {
  for (const table of ['follows', 'user_counters', 'outbox']) await fixture.db.execute(`DELETE FROM ${table}`);
  await fixture.flush();
  while (!processes.every((process) => process.isWatched)) await sleep(10);
});

/** Every user follows and unfollows the others through any layer, and looks through any two processes each time. */
async function allAct(rounds: number, betweenActs: () => Promise<unknown> = async () => undefined): Promise<void> {
  const act = async (viewerId: number): Promise<void> => {
    const own = new Set<number>();
    const others = USERS.filter((id) => id !== viewerId);
    for (let round = 0; round < rounds; round += 1) {
      const toUserId = pick(others);
      const follow = !own.delete(toUserId);
      if (follow) own.add(toUserId);
      expect(await pick(layers).rpc.setFollow({ userId: viewerId, toUserId, follow })).toEqual({ changed: true });
      for (let looks = 0; looks < 2; looks += 1) {
        const { followed } = await pick(processes).flags(viewerId, { userIds: others });
        expect([viewerId, followed]).toEqual([viewerId, others.filter((id) => own.has(id))]);
      }
      await betweenActs();
    }
  };
  await Promise.all(USERS.map(act));
}

it('shows each viewer at once, in whatever process, whom they have just followed, while all others look and do', async () => {
  await allAct(40);
});

it('shows it also when sets are not in Redis, or vanish from it at any time', async () => {
  await allAct(40, async () => Math.random() < 0.2 && fixture.flush());
});
