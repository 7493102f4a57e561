import { ProfileServiceDefinition } from '@doul/contracts';
import { InjectRpc, type RpcClient } from '@doul/rpc';
import { Injectable } from '@nestjs/common';
import { FriendErrors } from '../friend.errors.js';
import { FollowRepository } from '../model/follow.repository.js';
import { FollowWriter } from '../model/follow.writer.js';
import { MAX_PAGE, type ListKind } from '../model/relation.js';
import { fromCursor, toCursor } from './cursor.js';

export interface RelationPage {
  userIds: number[];
  /** Empty at the end. */
  nextCursor: string;
}

@Injectable()
export class RelationService {
  constructor(
    private readonly follows: FollowRepository,
    private readonly writer: FollowWriter,
    @InjectRpc(ProfileServiceDefinition) private readonly profiles: RpcClient<typeof ProfileServiceDefinition>,
  ) {}

  /**
   * Follows or unfollows; a repetition changes nothing.
   *
   * @returns whether something changed
   * @throws DoulError SELF_FOLLOW, USER_NOT_FOUND, FOLLOW_LIMIT
   */
  async setFollow(userId: number, toUserId: number, follow: boolean): Promise<boolean> {
    if (userId === toUserId) throw FriendErrors.SELF_FOLLOW();
    const following = await this.follows.follows(userId, toUserId);
    if (!following) await this.mustExist(toUserId);
    return following === follow ? false : this.writer.set(userId, toUserId, follow);
  }

  /**
   * A page of a user's following, followers or friends, latest follow first.
   *
   * @throws DoulError USER_NOT_FOUND for an empty list of somebody who does not exist, INVALID_PARAMETER for a foreign cursor
   */
  async list(kind: ListKind, userId: number, cursor: string, limit: number): Promise<RelationPage> {
    const size = limit > 0 ? Math.min(limit, MAX_PAGE) : MAX_PAGE;
    const rows = await this.follows.list(kind, userId, fromCursor(cursor), size + 1);
    if (rows.length === 0 && cursor === '') await this.mustExist(userId);
    const page = rows.slice(0, size);
    const last = page.at(-1);
    return { userIds: page.map((row) => row.id), nextCursor: rows.length > size && last ? toCursor(last) : '' };
  }

  private async mustExist(userId: number): Promise<void> {
    const { ids } = await this.profiles.exists({ ids: [userId] });
    if (!ids.includes(userId)) throw FriendErrors.USER_NOT_FOUND({ user_id: userId });
  }
}
