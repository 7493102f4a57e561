import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  comparePositions,
  likeDelta,
  netChanges,
  pairKey,
  parseChanges,
  parsePosition,
  positionText,
  type LikeChange,
  type LikeDelta,
  type LogEntry,
} from './like-log.js';

const change = fc.record({
  viewerId: fc.integer({ min: 1, max: 4 }),
  videoId: fc.integer({ min: 1, max: 4 }),
  likedAt: fc.integer({ min: 0, max: 3 }),
});
const batches = fc.array(fc.array(change, { maxLength: 12 }), { maxLength: 8 });
const entryOf = (changes: LikeChange[], at: number): LogEntry => ({ position: { ms: at, seq: 0 }, changes });

/** Rows and counts kept by applying deltas, as the sink does. */
class Table {
  readonly rows = new Set<string>();
  readonly counts = new Map<number, number>();

  apply(entries: LogEntry[]): void {
    this.take(likeDelta(netChanges(entries), ({ viewerId, videoId }) => this.rows.has(pairKey(viewerId, videoId))));
  }

  take(delta: LikeDelta): void {
    for (const gone of delta.deletes) this.rows.delete(pairKey(gone.viewerId, gone.videoId));
    for (const made of [...delta.inserts, ...delta.updates]) this.rows.add(pairKey(made.viewerId, made.videoId));
    for (const [id, by] of delta.byVideo) this.counts.set(id, (this.counts.get(id) ?? 0) + by);
  }
}

describe('like log', () => {
  it('reads what the script writes', () => {
    expect(parseChanges('7:12:1700000000001;8:12:0')).toEqual([
      { viewerId: 7, videoId: 12, likedAt: 1_700_000_000_001 },
      { viewerId: 8, videoId: 12, likedAt: 0 },
    ]);
    expect(parseChanges('')).toEqual([]);
    expect(() => parseChanges('7:12')).toThrow('not a like change');
  });

  it('orders stream ids by number, not by text', () => {
    expect(comparePositions(parsePosition('9-0'), parsePosition('10-0'))).toBeLessThan(0);
    expect(comparePositions(parsePosition('10-2'), parsePosition('10-11'))).toBeLessThan(0);
    expect(positionText(parsePosition('10-11'))).toBe('10-11');
    expect(() => parsePosition('10')).toThrow('not a stream id');
  });

  it('counts exactly the rows, however the log is cut into batches and however often a batch is repeated', () => {
    fc.assert(
      fc.property(batches, fc.nat(7), (log, repeated) => {
        const whole = new Table();
        whole.apply(log.map(entryOf));
        const cut = new Table();
        log.forEach((changes, at) => cut.apply([entryOf(changes, at)]));
        const stuttering = new Table();
        log.forEach((changes, at) => {
          stuttering.apply([entryOf(changes, at)]);
          if (at === repeated) stuttering.apply([entryOf(changes, at)]);
        });
        for (const table of [whole, cut, stuttering]) {
          expect([...table.rows].sort()).toEqual([...whole.rows].sort());
          for (const [videoId, count] of table.counts) {
            expect(count).toBe([...table.rows].filter((row) => row.endsWith(`:${videoId}`)).length);
          }
        }
      }),
    );
  });

  it('knows from the log alone what comparing with the rows would tell, as long as every entry is a real change', () => {
    fc.assert(
      fc.property(batches, (wishes) => {
        const [compared, trusting, liked] = [new Table(), new Table(), new Set<string>()];
        wishes.forEach((batch, at) => {
          const changes = batch.filter(({ viewerId, videoId, likedAt }) => {
            const key = pairKey(viewerId, videoId);
            if (liked.has(key) === likedAt > 0) return false;
            return likedAt > 0 ? liked.add(key) : liked.delete(key);
          });
          compared.apply([entryOf(changes, at)]);
          const delta = likeDelta(netChanges([entryOf(changes, at)]));
          for (const { viewerId, videoId } of delta.inserts) expect(trusting.rows.has(pairKey(viewerId, videoId))).toBe(false);
          for (const { viewerId, videoId } of [...delta.updates, ...delta.deletes]) {
            expect(trusting.rows.has(pairKey(viewerId, videoId))).toBe(true);
          }
          trusting.take(delta);
        });
        expect(trusting.rows).toEqual(liked);
        expect(trusting).toEqual(compared);
      }),
    );
  });
});
