import { Announcer, ChangeLog, ReadThroughCache, RedisCacheStore, RedisStore, type Changes } from '@doul/data';
import { childLog } from '@doul/runtime';
import { Injectable } from '@nestjs/common';
import { profileChangesKey, profileKey } from '../usercenter.keys.js';
import { ProfileRepository, type ProfileChange, type StoredProfile } from './profile.repository.js';

const log = childLog('usercenter');

/** Changes are forgotten at once, so the age only bounds what a lost deletion could cost, in ms. */
const FRESH_MS = 10 * 60_000;
const STALE_MS = 10 * 60_000;
/** "No such user" is believed for so long, in ms: ids are guessed by scanners, and registering forgets it. */
const NEGATIVE_MS = 5_000;

/** Stored profiles through a cache that all processes share. */
@Injectable()
export class Profiles {
  private readonly cache: ReadThroughCache<number, StoredProfile>;
  private readonly changes: ChangeLog;
  private readonly announcer: Announcer;

  constructor(
    private readonly repository: ProfileRepository,
    redis: RedisStore,
  ) {
    this.changes = new ChangeLog(redis, profileChangesKey);
    this.cache = new ReadThroughCache<number, StoredProfile>({
      name: 'profiles',
      load: (ids) => repository.byIds(ids),
      freshMs: FRESH_MS,
      staleMs: STALE_MS,
      negativeMs: NEGATIVE_MS,
      store: new RedisCacheStore(redis, profileKey),
    });
    this.announcer = new Announcer(
      (ids) => this.cache.drop(ids),
      (ids) => this.changes.note(ids),
    );
  }

  /** Ids of unknown users are left out. No SQL when warm. */
  getMany(ids: readonly number[]): Promise<Map<number, StoredProfile>> {
    return this.cache.getMany(ids);
  }

  /** Drops what is cached of a user, a "does not exist" too, and tells whoever keeps copies. */
  async forget(userId: number): Promise<void> {
    const failed = (error: unknown): void => log.warn({ err: error, userId }, 'a changed profile is announced when Redis is back');
    await this.announcer.announce([userId]).catch(failed);
  }

  /** Whose profiles changed after a cursor. */
  changesSince(cursor: string): Promise<Changes> {
    return this.changes.since(cursor);
  }

  /** Changes a profile; the profile as it was, or undefined when there is no such user. */
  async update(userId: number, change: ProfileChange): Promise<StoredProfile | undefined> {
    const before = await this.repository.update(userId, change);
    await this.forget(userId);
    return before;
  }
}
