import { Announcer, ChangeLog, ReadThroughCache, RedisCacheStore, RedisStore } from '@doul/data';
import { Injectable } from '@nestjs/common';
import { cardKey, videoChangesKey, videoEditsKey } from '../video.keys.js';
import type { StoredVideo } from './video.js';
import { VideoRepository } from './video.repository.js';

/** Cards are forgotten when they change; these bound how long a crash just before that can be seen. */
const FRESH_MS = 5 * 60_000;
const STALE_MS = 5 * 60_000;
/** A video that does not exist yet may exist in a moment. */
const NEGATIVE_MS = 5_000;

/** What of videos changes only with their version, by id, through Redis. */
@Injectable()
export class Cards {
  private readonly cache: ReadThroughCache<number, StoredVideo>;
  private readonly announcer: Announcer;
  /** Changes of videos themselves, without those of their counters. */
  readonly edits: ChangeLog;

  constructor(redis: RedisStore, videos: VideoRepository) {
    const changes = new ChangeLog(redis, videoChangesKey);
    this.edits = new ChangeLog(redis, videoEditsKey);
    this.cache = new ReadThroughCache<number, StoredVideo>({
      name: 'video-card',
      load: (ids) => videos.byIds(ids),
      freshMs: FRESH_MS,
      staleMs: STALE_MS,
      negativeMs: NEGATIVE_MS,
      store: new RedisCacheStore<number, StoredVideo>(redis, cardKey),
    });
    const note = (ids: readonly number[]) => Promise.all([changes.note(ids), this.edits.note(ids)]);
    this.announcer = new Announcer((ids) => this.cache.drop(ids), note);
  }

  /** In every state, removed included; unknown ids are absent. */
  getMany(ids: readonly number[]): Promise<Map<number, StoredVideo>> {
    return this.cache.getMany(ids);
  }

  async get(id: number): Promise<StoredVideo | undefined> {
    return this.cache.get(id);
  }

  /** To be called after a change is committed; then tells whoever keeps copies. */
  forget(ids: readonly number[]): Promise<void> {
    return this.announcer.announce(ids);
  }
}
