import { CommentServiceDefinition, CommonErrors, ProfileServiceDefinition, type Comment as StoredComment } from '@doul/contracts';
import { problems, type AnswerOf, type Call, type Comment, type InputOf } from '@doul/http';
import { InjectRpc, type RpcClient } from '@doul/rpc';
import { Injectable } from '@nestjs/common';
import { commentConfig } from '../comment.config.js';
import { MAX_LIST, POST, type commentAction, type commentList } from './comment.schema.js';
import { commentViews } from './comment.view.js';

const missing = (parameter: string) =>
  CommonErrors.INVALID_PARAMETER({ parameter, problem: problems.missing.en, problem_zh: problems.missing.zh });

@Injectable()
export class CommentUseCases {
  constructor(
    @InjectRpc(CommentServiceDefinition) private readonly comments: RpcClient<typeof CommentServiceDefinition>,
    @InjectRpc(ProfileServiceDefinition) private readonly profiles: RpcClient<typeof ProfileServiceDefinition>,
  ) {}

  act(input: InputOf<typeof commentAction>, call: Call): Promise<AnswerOf<typeof commentAction>> {
    return input.action_type === POST ? this.post(input, call) : this.remove(input, call);
  }

  async list(input: InputOf<typeof commentList>, viewerId: number): Promise<AnswerOf<typeof commentList>> {
    const { video_id: videoId, cursor, count } = input;
    const { comments, nextCursor } = await this.comments.listComments({
      videoId,
      viewerId,
      cursor: cursor ?? '',
      limit: count ?? MAX_LIST,
    });
    const list = await this.withAuthors(comments, viewerId);
    if (cursor === undefined && count === undefined) return { comment_list: list };
    return { comment_list: list, next_cursor: nextCursor, has_more: nextCursor !== '' };
  }

  private async post(input: InputOf<typeof commentAction>, call: Call): Promise<AnswerOf<typeof commentAction>> {
    if (input.comment_text === undefined) throw missing('comment_text');
    const { comment } = await this.comments.postComment({
      userId: call.viewerId,
      videoId: input.video_id,
      content: input.comment_text,
      requestKey: call.requestKey,
    });
    const [view] = comment ? await this.withAuthors([comment], call.viewerId) : [];
    if (!view) throw new Error('a posted comment came back without its author');
    return { comment: view };
  }

  private async remove(input: InputOf<typeof commentAction>, call: Call): Promise<AnswerOf<typeof commentAction>> {
    if (input.comment_id === undefined) throw missing('comment_id');
    await this.comments.deleteComment({ userId: call.viewerId, videoId: input.video_id, commentId: input.comment_id });
    return {};
  }

  private async withAuthors(comments: readonly StoredComment[], viewerId: number): Promise<Comment[]> {
    const ids = [...new Set(comments.map((comment) => comment.userId))];
    const { profiles } = ids.length > 0 ? await this.profiles.getProfiles({ ids, viewerId }) : { profiles: [] };
    return commentViews(comments, profiles, commentConfig().TZ_NAME);
  }
}
