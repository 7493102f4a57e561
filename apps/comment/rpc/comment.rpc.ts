import {
  CommentServiceDefinition,
  CommonErrors,
  DoulError,
  type Comment,
  type CommentPage,
  type DeleteCommentRequest,
  type GetCommentCountsRequest,
  type GetCommentCountsResponse,
  type ListCommentChangesRequest,
  type ListCommentChangesResponse,
  type ListCommentsRequest,
  type ListCommentsResponse,
  type ListReviewRequest,
  type ListReviewResponse,
  type PostCommentsRequest,
  type PostCommentsResponse,
  type ReconcileCommentsRequest,
  type ReconcileCommentsResponse,
  type ResolveReviewRequest,
} from '@doul/contracts';
import { RpcController, answerEach, type RpcHandlers } from '@doul/rpc';
import { CommentCounters } from '../model/counters.js';
import type { CommentRow } from '../model/comment.js';
import type { Page } from './comment-pages.js';
import { DeletionService } from './deletion.service.js';
import { ListService } from './list.service.js';
import { PostService } from './post.service.js';
import { ReconcileService } from './reconcile.service.js';
import { ReviewService } from './review.service.js';

const toMessage = ({ id, videoId, userId, content, createdAt }: CommentRow): Comment => ({
  id,
  videoId,
  userId,
  content,
  createdAtMs: createdAt,
});

/** Questions of one call, as the proto file says. */
const MAX_BATCH = 64;
const NO_COMMENT: Comment = { id: 0, videoId: 0, userId: 0, content: '', createdAtMs: 0 };
const SAME_PAGE: CommentPage = { same: true, etag: '', comments: [], nextCursor: '' };

const messageOf = (row: CommentRow | DoulError): Comment | DoulError => (row instanceof DoulError ? row : toMessage(row));

const pageMessage = ({ etag, rows, nextCursor }: Page, knownEtag: string): CommentPage =>
  etag !== '' && etag === knownEtag ? SAME_PAGE : { same: false, etag, comments: rows.map(toMessage), nextCursor };

function requireAtMost(max: number, count: number, parameter: string): void {
  if (count > max) throw CommonErrors.INVALID_PARAMETER({ parameter, problem: `has more than ${max} items` });
}

@RpcController(CommentServiceDefinition)
export class CommentRpc implements RpcHandlers<typeof CommentServiceDefinition> {
  constructor(
    private readonly posts: PostService,
    private readonly deletions: DeletionService,
    private readonly lists: ListService,
    private readonly reviews: ReviewService,
    private readonly counters: CommentCounters,
    private readonly reconciliation: ReconcileService,
  ) {}

  async postComments({ comments }: PostCommentsRequest): Promise<PostCommentsResponse> {
    requireAtMost(MAX_BATCH, comments.length, 'comments');
    const { answers, failures } = answerEach((await this.posts.post(comments)).map(messageOf), NO_COMMENT);
    return { comments: answers, failures };
  }

  async deleteComment({ userId, videoId, commentId }: DeleteCommentRequest): Promise<Record<string, never>> {
    await this.deletions.remove(userId, videoId, commentId);
    return {};
  }

  async listComments({ questions }: ListCommentsRequest): Promise<ListCommentsResponse> {
    requireAtMost(MAX_BATCH, questions.length, 'questions');
    const pages = await this.lists.list(questions);
    const { answers, failures } = answerEach(
      pages.map((page, at) => (page instanceof DoulError ? page : pageMessage(page, questions[at]?.etag ?? ''))),
      SAME_PAGE,
    );
    return { pages: answers, failures };
  }

  async getCommentCounts({ videoIds }: GetCommentCountsRequest): Promise<GetCommentCountsResponse> {
    const counts = await this.counters.getMany(videoIds);
    return { counts: videoIds.map((videoId) => ({ videoId, commentCount: counts.get(videoId)?.comment_count ?? 0 })) };
  }

  async listCommentChanges({ cursor }: ListCommentChangesRequest): Promise<ListCommentChangesResponse> {
    const { ids: videoIds, ...rest } = await this.counters.changes.since(cursor);
    return { videoIds, ...rest };
  }

  async listReview({ cursor, limit }: ListReviewRequest): Promise<ListReviewResponse> {
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
