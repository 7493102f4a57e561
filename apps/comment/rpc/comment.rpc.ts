import {
  CommentServiceDefinition,
  type Comment,
  type DeleteCommentRequest,
  type GetCommentCountsRequest,
  type GetCommentCountsResponse,
  type ListCommentChangesRequest,
  type ListCommentChangesResponse,
  type ListCommentsRequest,
  type ListCommentsResponse,
  type ListReviewRequest,
  type PostCommentRequest,
  type PostCommentResponse,
  type ReconcileCommentsRequest,
  type ReconcileCommentsResponse,
  type ResolveReviewRequest,
} from '@doul/contracts';
import { RpcController, type RpcHandlers } from '@doul/rpc';
import { CommentCounters } from '../model/counters.js';
import type { CommentRow } from '../model/comment.js';
import { CommentService } from './comment.service.js';
import { ReconcileService } from './reconcile.service.js';
import { ReviewService } from './review.service.js';

const toMessage = ({ id, videoId, userId, content, createdAt }: CommentRow): Comment => ({
  id,
  videoId,
  userId,
  content,
  createdAtMs: createdAt,
});

@RpcController(CommentServiceDefinition)
export class CommentRpc implements RpcHandlers<typeof CommentServiceDefinition> {
  constructor(
    private readonly comments: CommentService,
    private readonly reviews: ReviewService,
    private readonly counters: CommentCounters,
    private readonly reconciliation: ReconcileService,
  ) {}

  async postComment({ userId, videoId, content, requestKey }: PostCommentRequest): Promise<PostCommentResponse> {
    return { comment: toMessage(await this.comments.post(userId, videoId, content, requestKey)) };
  }

  async deleteComment({ userId, videoId, commentId }: DeleteCommentRequest): Promise<Record<string, never>> {
    await this.comments.remove(userId, videoId, commentId);
    return {};
  }

  async listComments({ videoId, viewerId, cursor, limit }: ListCommentsRequest): Promise<ListCommentsResponse> {
    const { rows, nextCursor } = await this.comments.list(videoId, viewerId, cursor, limit);
    return { comments: rows.map(toMessage), nextCursor };
  }

  async getCommentCounts({ videoIds }: GetCommentCountsRequest): Promise<GetCommentCountsResponse> {
    const counts = await this.counters.getMany(videoIds);
    return { counts: videoIds.map((videoId) => ({ videoId, commentCount: counts.get(videoId)?.comment_count ?? 0 })) };
  }

  async listCommentChanges({ cursor }: ListCommentChangesRequest): Promise<ListCommentChangesResponse> {
    const { ids: videoIds, ...rest } = await this.counters.changes.since(cursor);
    return { videoIds, ...rest };
  }

  async listReview({ cursor, limit }: ListReviewRequest): Promise<ListCommentsResponse> {
    const { rows, nextCursor } = await this.reviews.list(cursor, limit);
    return { comments: rows.map(toMessage), nextCursor };
  }

  async resolveReview({ commentId, approve }: ResolveReviewRequest): Promise<Record<string, never>> {
    await this.reviews.resolve(commentId, approve);
    return {};
  }

  reconcileComments({ afterId, limit }: ReconcileCommentsRequest): Promise<ReconcileCommentsResponse> {
    return this.reconciliation.page(afterId, limit);
  }
}
