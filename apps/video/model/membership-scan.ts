import { RedisStore } from '@doul/data';
import { Injectable } from '@nestjs/common';
import { LOADED_MEMBER, TOTAL_MEMBER } from './like-members.js';
import { LikeStore } from './like.store.js';

/** A loaded membership. */
export interface Membership {
  /** Unix ms; likes up to it are in MySQL only. */
  floor: number;
  /** Video to Unix ms of its like. */
  likes: Map<number, number>;
  /** Videos that are not liked, whatever MySQL said when they were put in. */
  unliked: Set<number>;
  /** Number of all likes; absent when the membership has them all. */
  total?: number;
}

function parse(flat: readonly string[]): Membership {
  const found: Membership = { floor: 0, likes: new Map(), unliked: new Set() };
  for (let at = 0; at < flat.length; at += 2) {
    const member = flat[at] ?? '';
    const score = Number(flat[at + 1]);
    if (member === LOADED_MEMBER) found.floor = score;
    else if (member === TOTAL_MEMBER) found.total = -score;
    else if (member.startsWith('x')) found.unliked.add(Number(member.slice(1)));
    else if (/^\d/.test(member)) found.likes.set(Number(member), score);
  }
  return found;
}

/** Whole memberships, for reconciling; nothing on a request's way uses this. */
@Injectable()
export class MembershipScan {
  constructor(
    private readonly redis: RedisStore,
    private readonly store: LikeStore,
  ) {}

  /** Those of the viewers whose membership is loaded. */
  async members(viewerIds: readonly number[]): Promise<Map<number, Membership>> {
    const replies = (await this.redis.many(
      viewerIds.map((viewerId) => ['zrange', this.store.membershipKey(viewerId), 0, -1, 'WITHSCORES']),
    )) as string[][];
    return new Map(viewerIds.flatMap((viewerId, at) => (replies[at]?.length ? [[viewerId, parse(replies[at])] as const] : [])));
  }

  /** Viewers whose membership is loaded, in the order of Redis's SCAN; its cursor is '0' at both ends. */
  async scan(from: string, limit: number): Promise<{ viewerIds: number[]; cursor: string }> {
    const { keys, cursor } = await this.redis.scan(from, 'like:{*}:of:*', limit);
    return { cursor, viewerIds: keys.map((key) => Number(key.slice(key.lastIndexOf(':') + 1))) };
  }
}
