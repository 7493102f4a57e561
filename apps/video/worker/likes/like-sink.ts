import { childLog, metrics } from '@doul/runtime';
import { Injectable } from '@nestjs/common';
import { LikeSinkRepository } from '../../model/like-sink.repository.js';
import { LOG_START, comparePositions, type LogPosition } from '../../model/like-log.js';
import { LikeRepository, type Offset } from '../../model/like.repository.js';
import { LikeStore, type LogRead } from '../../model/like.store.js';

const log = childLog('likes');
const drained = metrics.counter('doul_like_entries_total', 'Log entries taken into MySQL', ['shard']);
const behind = metrics.gauge('doul_like_behind_ms', 'Age of the last batch of likes when MySQL had it', ['shard']);

/** Entries of one shard in one transaction: each holds the likes of one call, so a transaction is some thousand rows at most. */
export const BATCH_ENTRIES = 200;

/** Takes the log of shards into MySQL, batch by batch. Everything it keeps between batches is a hint: MySQL's offsets decide. */
@Injectable()
export class LikeSink {
  private readonly hints = new Map<number, LogPosition>();

  constructor(
    private readonly store: LikeStore,
    private readonly sink: LikeSinkRepository,
    private readonly likes: LikeRepository,
  ) {}

  /**
   * Takes in the next batch of each of the shards, all in one transaction.
   *
   * @returns whether there was something to do, and whether there certainly is more
   */
  async step(shards: readonly number[]): Promise<{ done: boolean; more: boolean }> {
    await this.learn(shards);
    const positions = new Map(shards.map((shard) => [shard, this.hints.get(shard) ?? LOG_START]));
    const reads = new Map([...(await this.store.readAll(positions, BATCH_ENTRIES))].filter(([, read]) => read.entries.length > 0));
    if (reads.size === 0) return { done: false, more: false };
    const offsets = await this.sink.apply(reads);
    for (const shard of reads.keys()) if (!offsets.has(shard)) await this.followGeneration(shard);
    await this.done(offsets);
    for (const [shard, read] of reads) drained.inc({ shard: String(shard) }, read.entries.length);
    return { done: true, more: [...reads.values()].some((read) => read.entries.length === BATCH_ENTRIES) };
  }

  /** After the commit; a crash before it costs a repeat that changes nothing. */
  protected async done(offsets: ReadonlyMap<number, Offset>): Promise<void> {
    for (const [shard, { position }] of offsets) {
      this.hints.set(shard, position);
      behind.set({ shard: String(shard) }, Math.max(0, Date.now() - position.ms));
    }
    await this.store.trim(offsets);
  }

  /** Takes in everything that is in the shards' logs now. */
  async drain(shards: readonly number[]): Promise<void> {
    while ((await this.step(shards)).done);
  }

  /** Forgets where a shard was: it may have been another process's meanwhile. */
  forget(shards: readonly number[]): void {
    for (const shard of shards) this.hints.delete(shard);
  }

  private async learn(shards: readonly number[]): Promise<void> {
    const unknown = shards.filter((shard) => !this.hints.has(shard));
    for (const [shard, { position }] of unknown.length > 0 ? await this.likes.offsets(unknown) : []) this.hints.set(shard, position);
  }

  /**
   * The batch came from another generation than MySQL expects. Usually the store has just been created anew and the next read
   * fits; if Redis still says the same, a crash left the two apart, and MySQL follows.
   */
  private async followGeneration(shard: number): Promise<void> {
    this.hints.delete(shard);
    const stored = (await this.likes.offsets([shard])).get(shard);
    const read = await this.read(shard, LOG_START);
    if (!stored || !read || stored.generation === read.generation) return;
    log.warn({ shard, stored: stored.generation, found: read.generation }, 'the like store has another generation; following it');
    await this.likes.adoptGeneration(shard, read.generation);
  }

  /** Whether MySQL has everything of a shard's log. */
  async isDrained(shard: number): Promise<boolean> {
    const position = (await this.likes.offsets([shard])).get(shard)?.position ?? LOG_START;
    const read = await this.read(shard, position);
    return !read || read.entries.every((entry) => comparePositions(entry.position, position) <= 0);
  }

  private async read(shard: number, after: LogPosition): Promise<LogRead | undefined> {
    return (await this.store.readAll(new Map([[shard, after]]), 1)).get(shard);
  }
}
