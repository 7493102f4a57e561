import { RedisStore } from '@doul/data';
import { childLog } from '@doul/runtime';
import { Injectable } from '@nestjs/common';
import { nanoid } from 'nanoid';
import { listVersionKey } from '../comment.keys.js';

const log = childLog('comment');

const TTL_SECONDS = listVersionKey.ttlSeconds ?? 86_400;
/** Characters of a version: two of one video are never the same. */
const VERSION_LENGTH = 12;
/** In front of the version of a list that a transaction is about to change. */
const CHANGING = '~';
/** No transaction takes longer; a list whose writer died is then given a lasting version again. */
const CHANGING_SECONDS = 30;
/** Pause before versions that could not be raised are raised, in ms. */
const AGAIN_MS = 200;
/** Videos whose versions wait for Redis to come back; with more, the oldest are left to the pages' longest life. */
const MAX_OWED = 50_000;

/** Whether a change of the list is under way: if its writer dies after the commit, this version stands although the list is another. */
export const isChanging = (version: string): boolean => version.startsWith(CHANGING);

/**
 * What a video's list of comments is called at the moment. Versions are random instead of counted, so that one that was lost with
 * Redis never comes again.
 */
@Injectable()
export class ListVersions {
  private readonly owed = new Set<number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly redis: RedisStore) {}

  /** The versions of some lists, one round trip for those that have one; undefined for all while Redis is away. */
  async read(videoIds: readonly number[]): Promise<Map<number, string> | undefined> {
    try {
      const found = await this.redis.getMany(videoIds.map((video) => listVersionKey({ video })));
      const missing = videoIds.filter((_, at) => !found[at]);
      const versions = new Map(videoIds.map((video, at) => [video, found[at] ?? '']));
      for (const [video, version] of await this.start(missing)) versions.set(video, version);
      return versions;
    } catch (error) {
      log.debug({ err: error }, 'lists are read from MySQL while Redis is away');
      return undefined;
    }
  }

  /** Says that a transaction is about to change these; to be waited for before its commit. */
  async announce(videoIds: readonly number[]): Promise<void> {
    await this.write(videoIds, CHANGING, CHANGING_SECONDS).catch((error: unknown) =>
      log.debug({ err: error }, 'a change of lists could not be announced'),
    );
  }

  /**
   * Makes what was read before worthless. To be called after the commit and before anybody is told of it. While Redis is away it is
   * owed, and paid when Redis is back.
   */
  async raise(videoIds: readonly number[]): Promise<void> {
    try {
      await this.write(videoIds, '', TTL_SECONDS);
    } catch (error) {
      log.debug({ err: error }, 'versions of lists could not be raised and will be later');
      for (const video of videoIds) if (this.owed.size < MAX_OWED) this.owed.add(video);
      this.timer ??= setTimeout(() => void this.pay(), AGAIN_MS).unref();
    }
  }

  private async pay(): Promise<void> {
    this.timer = undefined;
    const videoIds = [...this.owed];
    this.owed.clear();
    await this.raise(videoIds);
  }

  private async write(videoIds: readonly number[], prefix: string, seconds: number): Promise<void> {
    const keys = [...new Set(videoIds)].map((video) => listVersionKey({ video }));
    await this.redis.many(keys.map((key) => ['set', key, prefix + nanoid(VERSION_LENGTH), 'EX', seconds]));
  }

  /** Gives lists without a version one; of several who do so at once, one wins. */
  private async start(videoIds: readonly number[]): Promise<Map<number, string>> {
    if (videoIds.length === 0) return new Map();
    const keys = videoIds.map((video) => listVersionKey({ video }));
    const replies = await this.redis.many(
      keys.flatMap((key) => [['set', key, nanoid(VERSION_LENGTH), 'EX', TTL_SECONDS, 'NX'] as const, ['get', key] as const]),
    );
    return new Map(videoIds.map((video, at) => [video, replies[2 * at + 1] as string]));
  }
}
