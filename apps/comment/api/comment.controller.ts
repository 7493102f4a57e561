import { Endpoint, type AnswerOf, type Call, type InputOf } from '@doul/http';
import { Controller } from '@nestjs/common';
import { commentAction, commentList } from './comment.schema.js';
import { CommentUseCases } from './comment.use-cases.js';

@Controller()
export class CommentController {
  constructor(private readonly comments: CommentUseCases) {}

  @Endpoint(commentAction)
  action(input: InputOf<typeof commentAction>, call: Call): Promise<AnswerOf<typeof commentAction>> {
    return this.comments.act(input, call);
  }

  @Endpoint(commentList)
  list(input: InputOf<typeof commentList>, call: Call): Promise<AnswerOf<typeof commentList>> {
    return this.comments.list(input, call.viewerId);
  }
}
