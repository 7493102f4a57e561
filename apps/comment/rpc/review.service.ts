import { Injectable } from '@nestjs/common';
import { CommentErrors } from '../comment.errors.js';
import { CommentListRepository } from '../model/comment-list.repository.js';
import { CommentRepository } from '../model/comment.repository.js';
import type { CommentRow } from '../model/comment.js';
import { pageLimit, pageOf, readCursor } from './cursor.js';

const MAX_PAGE = 500;

/** For operators: comments that the word filter held back. */
@Injectable()
export class ReviewService {
  constructor(
    private readonly comments: CommentRepository,
    private readonly lists: CommentListRepository,
  ) {}

  /** @throws DoulError INVALID_PARAMETER for a foreign cursor */
  async list(cursor: string, asked: number): Promise<{ rows: CommentRow[]; nextCursor: string }> {
    const limit = pageLimit(asked, MAX_PAGE);
    return pageOf(await this.lists.inReview(readCursor(cursor, 0), limit + 1), limit);
  }

  /**
   * Shows a comment to everybody or removes it; deciding the same again is no error.
   *
   * @throws DoulError NO_SUCH_COMMENT, NOT_IN_REVIEW
   */
  async resolve(commentId: number, approve: boolean): Promise<void> {
    const state = await this.comments.resolve(commentId, approve);
    if (state === undefined) throw CommentErrors.NO_SUCH_COMMENT();
    if (state !== (approve ? 'visible' : 'removed')) throw CommentErrors.NOT_IN_REVIEW();
  }
}
