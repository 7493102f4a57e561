import { DoulError } from '@doul/contracts';
import { Injectable } from '@nestjs/common';
import { CommentErrors } from '../comment.errors.js';
import { CommentRepository } from '../model/comment.repository.js';
import { deletionOf } from './comment-rules.js';
import { VideoOwners } from './video-owners.js';

@Injectable()
export class DeletionService {
  constructor(
    private readonly comments: CommentRepository,
    private readonly owners: VideoOwners,
  ) {}

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
    // Also when it is gone already: whoever took it away may not have come to tell the list yet.
    await this.comments.remove(commentId);
  }

  private async findOwner(videoId: number): Promise<number | undefined> {
    const owner = (await this.owners.of([videoId])).get(videoId);
    if (!(owner instanceof DoulError)) return owner;
    if (owner.code === CommentErrors.NO_SUCH_VIDEO_TO_COMMENT.row.code) return undefined;
    throw owner;
  }
}
