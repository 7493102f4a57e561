import { CommonErrors, DoulError, type NewComment as Post } from '@doul/contracts';
import { GroupCommit } from '@doul/data';
import { charLength, isBlank, wordFilter, type WordFilter } from '@doul/text';
import { Injectable } from '@nestjs/common';
import { CommentRepository } from '../model/comment.repository.js';
import { MAX_COMMENT_LENGTH, type CommentRow, type NewComment } from '../model/comment.js';
import { firstState } from './comment-rules.js';
import { VideoOwners } from './video-owners.js';

/** Comments of one transaction: it takes about as long as three of one comment, and holds its locks no longer than that. */
const MAX_GROUP = 64;

/** Posts comments: those of concurrent requests in one transaction. */
@Injectable()
export class PostService {
  private readonly words: Pick<WordFilter, 'check' | 'mask'> = wordFilter();
  private readonly commits: GroupCommit<NewComment, CommentRow>;

  constructor(
    comments: CommentRepository,
    private readonly owners: VideoOwners,
  ) {
    this.commits = new GroupCommit({ name: 'comments', max: MAX_GROUP, write: (group, committed) => comments.addAll(group, committed) });
  }

  /**
   * Posts comments, each for itself; a retry with the same request key gives the first one.
   *
   * @returns in the order given, comments or NO_SUCH_VIDEO_TO_COMMENT, TEXT_REFUSED, INVALID_PARAMETER, UNAVAILABLE, DEADLINE
   */
  async post(posts: readonly Post[]): Promise<(CommentRow | DoulError)[]> {
    const owners = await this.owners.of(posts.map((post) => post.videoId));
    const checked = posts.map((post): NewComment | DoulError => {
      const comment = this.check(post);
      const owner = owners.get(post.videoId);
      return !(comment instanceof DoulError) && owner instanceof DoulError ? owner : comment;
    });
    const accepted = checked.filter((comment): comment is NewComment => !(comment instanceof DoulError));
    const stored = (await this.commits.add(accepted))[Symbol.iterator]();
    return checked.map((comment) => (comment instanceof DoulError ? comment : (stored.next().value as CommentRow | DoulError)));
  }

  private check({ userId, videoId, content, requestKey }: Post): NewComment | DoulError {
    const problem = problemOf(content);
    if (problem !== '') return CommonErrors.INVALID_PARAMETER({ parameter: 'comment_text', problem });
    const { worst } = this.words.check(content);
    const state = firstState(worst);
    if (!state) return CommonErrors.TEXT_REFUSED({ parameter: 'comment_text' });
    return { videoId, userId, content: worst === 'none' ? content : this.words.mask(content), state, requestKey };
  }
}

function problemOf(content: string): string {
  if (isBlank(content)) return 'is missing';
  return charLength(content) > MAX_COMMENT_LENGTH ? `must have at most ${MAX_COMMENT_LENGTH} characters` : '';
}
