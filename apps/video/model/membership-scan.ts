import { RedisStore } from '@doul/data';
import { Injectable } from '@nestjs/common';
import { LOADED_MEMBER, LikeStore } from './like.store.js';

/** Whole memberships, for reconciling; nothing on a request's way uses this. */
@Injectable()
export class MembershipScan {
  constructor(
    private readonly redis: RedisStore,
    private readonly store: LikeStore,
  ) {}

  /** Whole memberships (video to Unix ms) of the viewers whose is loaded. */
  async members(viewerIds: readonly number[]): Promise<Map<number, Map<number, number>>> {
    const pipeline = this.redis.client.pipeline();
    for (const viewerId of viewerIds) pipeline.zrangebyscore(this.store.membershipKey(viewerId), '-inf', '+inf', 'WITHSCORES');
    const replies = (await this.redis.exec(pipeline)) as string[][];
    const found = new Map<number, Map<number, number>>();
    replies.forEach((flat, at) => {
      const own = new Map<number, number>();
      for (let i = 0; i < flat.length; i += 2) if (flat[i] !== LOADED_MEMBER) own.set(Number(flat[i]), Number(flat[i + 1]));
      if (flat.length > 0) found.set(viewerIds[at] ?? 0, own);
    });
    return found;
  }

  /** Viewers whose membership is loaded, in the order of Redis's SCAN; its cursor is '0' at both ends. */
  async scan(from: string, limit: number): Promise<{ viewerIds: number[]; cursor: string }> {
    const [cursor, keys] = await this.redis.client.scan(from, 'MATCH', 'like:{*}:of:*', 'COUNT', limit);
    return { cursor, viewerIds: keys.map((key) => Number(key.slice(key.lastIndexOf(':') + 1))) };
  }
}
