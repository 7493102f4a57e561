import {
  CommonErrors,
  DoulError,
  RelationKind,
  RelationServiceDefinition,
  packIds,
  packedCount,
  hasBit,
  type FollowFlagsQuestion,
  type GetFollowCountersRequest,
  type GetFollowCountersResponse,
  type GetFollowFlagsRequest,
  type GetFollowFlagsResponse,
  type GetFollowedSetsRequest,
  type GetFollowedSetsResponse,
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
import { RpcController, answerEach, type RpcHandlers } from '@doul/rpc';
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

const MAX_QUESTIONS = 64;
/** Viewers of one question for whole sets, and members of one: an answer stays below 1 MB. */
const MAX_SETS = 64;
const MAX_SET = 2_000;
const NONE = new Uint8Array(0);

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
    const [bits] = await this.flags([{ viewerId, ids: packIds(userIds) }]);
    if (bits instanceof DoulError) throw bits;
    return { following: userIds.filter((_, at) => bits && hasBit(bits, at)) };
  }

  async getFollowFlags({ questions }: GetFollowFlagsRequest): Promise<GetFollowFlagsResponse> {
    atMost(questions, MAX_QUESTIONS, 'questions');
    const results = await this.flags(questions);
    return answerEach(
      results.map((bits) => (bits instanceof DoulError ? bits : { bits })),
      { bits: NONE },
    );
  }

  /** Questions that need no look-up are answered here; one that is malformed fails alone. */
  private async flags(questions: readonly FollowFlagsQuestion[]): Promise<(Uint8Array | DoulError)[]> {
    const results = questions.map(({ viewerId, ids }) => {
      const count = packedCount(ids);
      if (count === undefined || count > MAX_PAGE)
        return CommonErrors.INVALID_PARAMETER({ parameter: 'ids', problem: `are not at most ${MAX_PAGE} ids` });
      return viewerId > 0 && count > 0 ? undefined : new Uint8Array((count + 7) >> 3);
    });
    const asked = questions.filter((_, at) => results[at] === undefined);
    if (asked.length === 0) return results as (Uint8Array | DoulError)[];
    const answers = (await this.following.flags(asked))[Symbol.iterator]();
    return results.map((result) => result ?? (answers.next().value as Uint8Array | DoulError));
  }

  async getFollowedSets({ viewerIds, limit }: GetFollowedSetsRequest): Promise<GetFollowedSetsResponse> {
    atMost(viewerIds, MAX_SETS, 'viewer_ids');
    const sets = await this.following.sets(viewerIds, Math.min(Math.max(0, limit), MAX_SET));
    return {
      sets: [...sets].map(([viewerId, ids]) =>
        ids === 'too many' ? { viewerId, userIds: NONE, tooMany: true } : { viewerId, userIds: packIds(ids), tooMany: false },
      ),
    };
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

function atMost(items: readonly unknown[], limit: number, parameter = 'user_ids'): void {
  if (items.length > limit) throw CommonErrors.INVALID_PARAMETER({ parameter, problem: `has more than ${limit} items` });
}
