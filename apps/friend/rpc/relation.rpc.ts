import {
  CommonErrors,
  RelationKind,
  RelationServiceDefinition,
  type GetFollowCountersRequest,
  type GetFollowCountersResponse,
  type GetRelationsRequest,
  type GetRelationsResponse,
  type ListRelationChangesRequest,
  type ListRelationChangesResponse,
  type ListRelationsRequest,
  type ListRelationsResponse,
  type ReconcileRelationsRequest,
  type ReconcileRelationsResponse,
  type SetFollowRequest,
  type SetFollowResponse,
} from '@doul/contracts';
import { RpcController, type RpcHandlers } from '@doul/rpc';
import { FollowAudit } from '../model/follow.audit.js';
import { FollowCounterTable } from '../model/follow-counters.js';
import { FollowingCache } from '../model/following.cache.js';
import { MAX_PAGE, type ListKind } from '../model/relation.js';
import { RelationService } from './relation.service.js';

const KINDS: Partial<Record<RelationKind, ListKind>> = {
  [RelationKind.FOLLOWING]: 'following',
  [RelationKind.FOLLOWER]: 'follower',
  [RelationKind.FRIEND]: 'friend',
};

/** Users of one page of the reconciliation, unless asked for fewer. */
const AUDIT_PAGE = 500;

@RpcController(RelationServiceDefinition)
export class RelationRpc implements RpcHandlers<typeof RelationServiceDefinition> {
  constructor(
    private readonly relations: RelationService,
    private readonly following: FollowingCache,
    private readonly counters: FollowCounterTable,
    private readonly audit: FollowAudit,
  ) {}

  async setFollow({ userId, toUserId, follow }: SetFollowRequest): Promise<SetFollowResponse> {
    return { changed: await this.relations.setFollow(userId, toUserId, follow) };
  }

  async getRelations({ viewerId, userIds }: GetRelationsRequest): Promise<GetRelationsResponse> {
    atMost(userIds, MAX_PAGE);
    return { following: viewerId > 0 ? await this.following.among(viewerId, userIds) : [] };
  }

  async getFollowCounters({ userIds }: GetFollowCountersRequest): Promise<GetFollowCountersResponse> {
    atMost(userIds, MAX_PAGE);
    const values = await this.counters.getMany(userIds);
    return {
      counters: [...values].map(([userId, row]) => ({ userId, followCount: row.follow_count, followerCount: row.follower_count })),
    };
  }

  async listRelations({ kind, userId, cursor, limit }: ListRelationsRequest): Promise<ListRelationsResponse> {
    const list = KINDS[kind];
    if (list === undefined) throw CommonErrors.INVALID_PARAMETER({ parameter: 'kind', problem: 'is missing' });
    return this.relations.list(list, userId, cursor, limit);
  }

  async listRelationChanges({ cursor }: ListRelationChangesRequest): Promise<ListRelationChangesResponse> {
    const { ids: userIds, ...rest } = await this.counters.changes.since(cursor);
    return { userIds, ...rest };
  }

  async reconcileRelations({ afterId, limit }: ReconcileRelationsRequest): Promise<ReconcileRelationsResponse> {
    return this.audit.page(afterId, limit > 0 ? Math.min(limit, AUDIT_PAGE) : AUDIT_PAGE);
  }
}

function atMost(ids: readonly number[], limit: number): void {
  if (ids.length > limit) throw CommonErrors.INVALID_PARAMETER({ parameter: 'user_ids', problem: `has more than ${limit} ids` });
}
