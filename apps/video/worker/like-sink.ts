import { childLog, metrics } from '@doul/runtime';
import { Injectable } from '@nestjs/common';
import { LikeSinkRepository } from '../model/like-sink.repository.js';
import { LOG_START, comparePositions, type LogPosition } from '../model/like-log.js';
import { LikeRepository, type Offset } from '../model/like.repository.js';
import { LikeStore } from '../model/like.store.js';

const log = childLog('likes');
const drained = metrics.counter('doul_like_entries_total', 'Log entries taken into MySQL', ['shard']);
const behind = metrics.gauge('doul_like_behind_ms', 'Age of the last batch of likes when MySQL had it', ['shard']);

/** Entries of one transaction: each holds the likes of one call, so this is some hundreds to a few thousand rows. */
export const BATCH_ENTRIES = 200;

/** Takes one shard's log into MySQL, batch by batch. Everything it keeps between batches is a hint: MySQL's offset decides. */
@Injectable()
export class LikeSink {
  private readonly hints = new Map<number, LogPosition>();

  constructor(
    private readonly store: LikeStore,
    private readonly sink: LikeSinkRepository,
    private readonly likes: LikeRepository,
  ) {}

  /**
   * Takes in the next batch.
   *
   * @returns entries it has read; 0 when there was nothing to do
   */
  async step(shard: number): Promise<number> {
    const read = await this.store.read(shard, this.hints.get(shard) ?? (await this.storedPosition(shard)), BATCH_ENTRIES);
    if (!read || read.entries.length === 0) return 0;
    const offset = await this.sink.apply(shard, read);
    if (!offset) {
      await this.followGeneration(shard);
      return read.entries.length;
    }
    await this.done(shard, offset);
    drained.inc({ shard: String(shard) }, read.entries.length);
    return read.entries.length;
  }

  /** Those of the shards that have something to take in. */
  async waiting(shards: readonly number[]): Promise<number[]> {
    const unknown = shards.filter((shard) => !this.hints.has(shard));
    for (const [shard, { position }] of unknown.length > 0 ? await this.likes.offsets(unknown) : []) this.hints.set(shard, position);
    return this.store.waiting(new Map(shards.map((shard) => [shard, this.hints.get(shard) ?? LOG_START])));
  }

  /** After the commit; a crash before it costs a repeat that changes nothing. */
  protected async done(shard: number, offset: Offset): Promise<void> {
    this.hints.set(shard, offset.position);
    behind.set({ shard: String(shard) }, Math.max(0, Date.now() - offset.position.ms));
    await this.store.trim(shard, offset);
  }

  /** Takes in everything that is in the log now. */
  async drain(shard: number): Promise<void> {
    while ((await this.step(shard)) > 0);
  }

  private async storedPosition(shard: number): Promise<LogPosition> {
    return (await this.likes.offsets([shard])).get(shard)?.position ?? LOG_START;
  }

  /**
   * The batch came from another generation than MySQL expects. Usually the store has just been created anew and the next read
   * fits; if Redis still says the same, a crash left the two apart, and MySQL follows.
   */
  private async followGeneration(shard: number): Promise<void> {
    this.hints.delete(shard);
    const stored = (await this.likes.offsets([shard])).get(shard);
    const read = await this.store.read(shard, LOG_START, 1);
    if (!stored || !read || stored.generation === read.generation) return;
    log.warn({ shard, stored: stored.generation, found: read.generation }, 'the like store has another generation; following it');
    await this.sink.adoptGeneration(shard, read.generation);
  }

  /** Whether MySQL has everything of a shard's log. */
  async isDrained(shard: number): Promise<boolean> {
    const position = await this.storedPosition(shard);
    const read = await this.store.read(shard, position, 1);
    return !read || read.entries.every((entry) => comparePositions(entry.position, position) <= 0);
  }
}
