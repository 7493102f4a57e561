import {
  ConversationServiceDefinition,
  ProfileServiceDefinition,
  RelationKind,
  RelationServiceDefinition,
  type Message,
  type Profile,
} from '@doul/contracts';
import { userOf, type Call, type FriendUser, type User } from '@doul/http';
import { InjectRpc, type ApiClient } from '@doul/rpc';
import { Injectable } from '@nestjs/common';
import { friendView } from './friend.view.js';

export interface ListInput {
  user_id: number;
  cursor?: string | undefined;
  count?: number | undefined;
}

export interface ListAnswer<T> {
  user_list: T[];
  next_cursor?: string;
  has_more?: boolean;
}

/** Lists of users: ids from the relation service, then all profiles in one call, then, for friends, all latest lines in one. */
@Injectable()
export class RelationLists {
  constructor(
    @InjectRpc(RelationServiceDefinition) private readonly relations: ApiClient<typeof RelationServiceDefinition>,
    @InjectRpc(ProfileServiceDefinition) private readonly profiles: ApiClient<typeof ProfileServiceDefinition>,
    @InjectRpc(ConversationServiceDefinition) private readonly conversations: ApiClient<typeof ConversationServiceDefinition>,
  ) {}

  async users(kind: RelationKind, input: ListInput, call: Call): Promise<ListAnswer<User>> {
    const { userIds, paging } = await this.page(kind, input, call);
    return { user_list: (await this.profilesOf(userIds, call)).map(userOf), ...paging };
  }

  async friends(input: ListInput, call: Call): Promise<ListAnswer<FriendUser>> {
    const { userIds, paging } = await this.page(RelationKind.FRIEND, input, call);
    const own = input.user_id === call.viewerId;
    const [profiles, latest] = await Promise.all([this.profilesOf(userIds, call), this.latestWith(own ? userIds : [], call)]);
    return { user_list: profiles.map((profile) => friendView(profile, call.viewerId, latest.get(profile.id))), ...paging };
  }

  private async page(kind: RelationKind, { user_id, cursor, count }: ListInput, context: Call) {
    const request = { kind, userId: user_id, cursor: cursor ?? '', limit: count ?? 0 };
    const { userIds, nextCursor } = await this.relations.listRelations(request, { context });
    const asked = cursor !== undefined || count !== undefined;
    return { userIds, paging: asked ? { next_cursor: nextCursor, has_more: nextCursor !== '' } : {} };
  }

  /** Profiles in the order of the ids. */
  private async profilesOf(ids: number[], call: Call): Promise<Profile[]> {
    if (ids.length === 0) return [];
    const { profiles } = await this.profiles.getProfiles({ ids, viewerId: call.viewerId }, { context: call });
    const byId = new Map(profiles.map((profile) => [profile.id, profile]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  }

  private async latestWith(peerIds: number[], call: Call): Promise<Map<number, Message>> {
    if (peerIds.length === 0) return new Map();
    const { latest } = await this.conversations.getLatest({ viewerId: call.viewerId, peerIds }, { context: call });
    return new Map(latest.flatMap(({ peerId, message }) => (message ? [[peerId, message] as const] : [])));
  }
}
