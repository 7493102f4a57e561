import { RedisStore } from '@doul/data';
import { childLog } from '@doul/runtime';
import { Injectable } from '@nestjs/common';
import { nanoid } from 'nanoid';
import { listVersionKey } from '../comment.keys.js';

const log = childLog('comment');

const TTL_SECONDS = listVersionKey.ttlSeconds ?? 86_400;
/** Characters of a version: two of one video are never the same. */
const VERSION_LENGTH = 12;

/**
 * What a video's list of comments is called at the moment. Versions are random instead of counted, so that one that was lost with
 * Redis never comes again.
 */
@Injectable()
export class ListVersions {
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

  /**
   * Makes what was read before worthless. To be called after the commit and before anybody is told of it. Where that fails, pages are
   * older than they seem for as long as they are kept: CommentPages bounds that.
   */
  async raise(videoIds: readonly number[]): Promise<void> {
    const keys = [...new Set(videoIds)].map((video) => listVersionKey({ video }));
    await this.redis.many(keys.map((key) => ['set', key, nanoid(VERSION_LENGTH), 'EX', TTL_SECONDS]));
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
