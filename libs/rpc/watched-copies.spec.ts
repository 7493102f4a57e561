import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WatchedCopies } from './watched-copies.js';

/** A service that has authors of videos, and notes edits. */
class Service {
  readonly authors = new Map([1, 2, 3].map((id) => [id, id * 10]));
  readonly loads: number[][] = [];
  edited: number[] = [];
  isAway = false;
  loseLog = false;
  delayMs = 0;
  private at = 0;

  readonly copies = new WatchedCopies<number, { ids: number[]; cursor: string; reset: boolean; more: boolean }>({
    name: 'spec',
    poll: async (cursor) => {
      if (this.isAway) throw new Error('away');
      const ids = this.edited.splice(0);
      const reset = cursor === '' || this.loseLog;
      this.loseLog = false;
      if (ids.length > 0 || reset) this.at += 1;
      return { ids, cursor: `c${this.at}`, reset, more: false };
    },
    changedIds: ({ ids }) => ids,
    load: async (ids) => {
      this.loads.push([...ids]);
      if (this.isAway) throw new Error('away');
      const found = new Map(ids.flatMap((id) => (this.authors.has(id) ? [[id, this.authors.get(id) as number] as const] : [])));
      await sleep(this.delayMs);
      return found;
    },
    maxEntries: 100,
    keepMs: 60_000,
    trustedMs: 800,
  });

  /** What a question for these is answered, and whether it had to be loaded. */
  async ask(...ids: number[]): Promise<[number[], 'loaded' | 'known']> {
    const before = this.loads.length;
    const found = await this.copies.getMany(ids);
    return [ids.flatMap((id) => found.get(id) ?? []), this.loads.length > before ? 'loaded' : 'known'];
  }
  heard = () => vi.waitFor(() => expect(this.edited).toEqual([]), { timeout: 2_000, interval: 5 }).then(() => sleep(10));
}

let service: Service;
beforeEach(async () => {
  service = new Service();
  service.copies.start();
  await sleep(50);
});
afterEach(() => service.copies.stop());

it('remembers what exists, and only that', async () => {
  expect(await service.ask(1, 2, 9)).toEqual([[10, 20], 'loaded']);
  expect(await service.ask(1, 2)).toEqual([[10, 20], 'known']);
  service.authors.set(9, 90);
  expect(await service.ask(9, 1)).toEqual([[90, 10], 'loaded']);
  expect(service.loads).toEqual([[1, 2, 9], [9]]);
});

it('forgets what an edit names', async () => {
  await service.ask(1, 2);
  service.authors.delete(1);
  service.edited = [1];
  await service.heard();
  expect(await service.ask(1)).toEqual([[], 'loaded']);
  expect(await service.ask(2)).toEqual([[20], 'known']);
});

it('does not remember what was read before an edit that came meanwhile', async () => {
  service.delayMs = 600;
  const old = service.ask(1);
  service.authors.delete(1);
  service.edited = [1];
  expect(await old).toEqual([[10], 'loaded']);
  expect(service.edited).toEqual([]);
  service.delayMs = 0;
  expect(await service.ask(1)).toEqual([[], 'loaded']);
});

it('forgets everything with a lost log', async () => {
  await service.ask(1, 2);
  service.loseLog = true;
  await vi.waitFor(() => expect(service.loseLog).toBe(false), { timeout: 2_000, interval: 5 });
  await sleep(10);
  expect(await service.ask(1, 2)).toEqual([[10, 20], 'loaded']);
});

it('answers from memory for a moment while the service is away, and then believes nothing', async () => {
  await service.ask(1);
  service.isAway = true;
  expect(await service.ask(1)).toEqual([[10], 'known']);
  await vi.waitFor(() => expect(service.copies.known([1]).size).toBe(0), { timeout: 3_000, interval: 20 });
  await expect(service.ask(1)).rejects.toThrow('away');
});
