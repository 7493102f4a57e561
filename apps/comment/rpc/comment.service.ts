import { CommonErrors, VideoServiceDefinition } from '@doul/contracts';
import { InjectRpc, type RpcClient } from '@doul/rpc';
import { charLength, isBlank, wordFilter, type WordFilter } from '@doul/text';
import { Injectable } from '@nestjs/common';
import { CommentErrors } from '../comment.errors.js';
import { CommentListRepository } from '../model/comment-list.repository.js';
import { CommentRepository } from '../model/comment.repository.js';
import { MAX_COMMENT_LENGTH, type CommentRow } from '../model/comment.js';
import { deletionOf, firstState } from './comment-rules.js';
import { pageLimit, pageOf, readCursor } from './cursor.js';

/** Comments of one page, at most. */
const MAX_PAGE = 1_000;

@Injectable()
export class CommentService {
  private readonly words: Pick<WordFilter, 'check' | 'mask'> = wordFilter();

  constructor(
    private readonly comments: CommentRepository,
    private readonly lists: CommentListRepository,
    @InjectRpc(VideoServiceDefinition) private readonly videos: RpcClient<typeof VideoServiceDefinition>,
  ) {}

  /**
   * Posts a comment; a retry with the same request key gives the first one.
   *
   * @throws DoulError NO_SUCH_VIDEO_TO_COMMENT, TEXT_REFUSED, INVALID_PARAMETER
   */
  async post(userId: number, videoId: number, content: string, requestKey: string): Promise<CommentRow> {
    checkLength(content);
    const state = firstState(this.words.check(content).worst);
    if (!state) throw CommonErrors.TEXT_REFUSED({ parameter: 'comment_text' });
    await this.ownerOf(videoId);
    return this.comments.add({ videoId, userId, content: this.words.mask(content), state, requestKey });
  }

  /**
   * Deletes a comment; repeating it is no error.
   *
   * @throws DoulError NO_SUCH_COMMENT, NOT_YOUR_COMMENT
   */
  async remove(userId: number, videoId: number, commentId: number): Promise<void> {
    const comment = await this.comments.find(commentId);
    if (!comment || comment.videoId !== videoId) throw CommentErrors.NO_SUCH_COMMENT();
    // Most comments are deleted by their authors, which needs no question to video.
    const owner = comment.userId === userId ? undefined : await this.findOwner(videoId);
    const deletion = deletionOf(comment, userId, owner);
    if (deletion === 'unknown') throw CommentErrors.NO_SUCH_COMMENT();
    if (deletion === 'forbidden') throw CommentErrors.NOT_YOUR_COMMENT();
    if (deletion === 'delete') await this.comments.remove(commentId);
  }

  /**
   * A page of what the viewer may see, newest first.
   *
   * @throws DoulError NO_SUCH_VIDEO_TO_COMMENT, INVALID_PARAMETER for a foreign cursor
   */
  async list(videoId: number, viewerId: number, cursor: string, asked: number): Promise<{ rows: CommentRow[]; nextCursor: string }> {
    const limit = pageLimit(asked, MAX_PAGE);
    const before = readCursor(cursor, Number.MAX_SAFE_INTEGER);
    const [rows] = await Promise.all([this.lists.ofVideo(videoId, viewerId, before, limit + 1), this.ownerOf(videoId)]);
    return pageOf(rows, limit);
  }

  private async ownerOf(videoId: number): Promise<number> {
    const owner = await this.findOwner(videoId);
    if (owner === undefined) throw CommentErrors.NO_SUCH_VIDEO_TO_COMMENT();
    return owner;
  }

  private async findOwner(videoId: number): Promise<number | undefined> {
    const { owners } = await this.videos.getOwners({ ids: [videoId] });
    return owners.find((owner) => owner.videoId === videoId)?.authorId;
  }
}

function checkLength(content: string): void {
  const problem = isBlank(content)
    ? 'is missing'
    : charLength(content) > MAX_COMMENT_LENGTH
      ? `must have at most ${MAX_COMMENT_LENGTH} characters`
      : '';
  if (problem !== '') throw CommonErrors.INVALID_PARAMETER({ parameter: 'comment_text', problem });
}
