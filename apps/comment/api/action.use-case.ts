import { CardStore } from '@doul/cards';
import { CommentServiceDefinition, CommonErrors } from '@doul/contracts';
import { RawAnswer, answerHead, problems, type AnswerOf, type Call, type InputOf } from '@doul/http';
import { InjectRpc, type ApiClient } from '@doul/rpc';
import { Injectable } from '@nestjs/common';
import { commentConfig } from '../comment.config.js';
import { commentPiece } from './comment-piece.js';
import { POST, type commentAction } from './comment.schema.js';

const missing = (parameter: string) =>
  CommonErrors.INVALID_PARAMETER({ parameter, problem: problems.missing.en, problem_zh: problems.missing.zh });

@Injectable()
export class ActionUseCase {
  constructor(
    @InjectRpc(CommentServiceDefinition) private readonly comments: ApiClient<typeof CommentServiceDefinition>,
    private readonly cards: CardStore,
  ) {}

  act(input: InputOf<typeof commentAction>, call: Call): Promise<AnswerOf<typeof commentAction> | RawAnswer> {
    return input.action_type === POST ? this.post(input, call) : this.remove(input, call);
  }

  /** The author of the comment is its viewer, and nobody follows himself: there is no flag to ask for. */
  private async post(input: InputOf<typeof commentAction>, call: Call): Promise<RawAnswer> {
    if (input.comment_text === undefined) throw missing('comment_text');
    const { viewerId: userId, requestKey } = call;
    const [comment, authors] = await Promise.all([
      this.comments.ask.postComments({ userId, videoId: input.video_id, content: input.comment_text, requestKey }, { context: call }),
      this.cards.authorsOf([userId]),
    ]);
    const author = authors.get(userId);
    if (!author) throw new Error(`user ${userId} has posted a comment and does not exist`);
    const { before, after } = commentPiece(comment, commentConfig().TZ_NAME);
    const head = Buffer.from(`${answerHead(call.language)},"comment":`);
    return new RawAnswer(Buffer.concat([head, before, Buffer.from(author.text, 'latin1'), after, CLOSE]));
  }

  private async remove(input: InputOf<typeof commentAction>, call: Call): Promise<AnswerOf<typeof commentAction>> {
    if (input.comment_id === undefined) throw missing('comment_id');
    const request = { userId: call.viewerId, videoId: input.video_id, commentId: input.comment_id };
    await this.comments.deleteComment(request, { context: call });
    return {};
  }
}

const CLOSE = Buffer.from('}');
