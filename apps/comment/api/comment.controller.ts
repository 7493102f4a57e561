import { Endpoint, type AnswerOf, type Call, type InputOf, type RawAnswer } from '@doul/http';
import { Controller } from '@nestjs/common';
import { ActionUseCase } from './action.use-case.js';
import { commentAction, commentList } from './comment.schema.js';
import { ListUseCase } from './list.use-case.js';

@Controller()
export class CommentController {
  constructor(
    private readonly actions: ActionUseCase,
    private readonly lists: ListUseCase,
  ) {}

  @Endpoint(commentAction)
  action(input: InputOf<typeof commentAction>, call: Call): Promise<AnswerOf<typeof commentAction> | RawAnswer> {
    return this.actions.act(input, call);
  }

  @Endpoint(commentList)
  list(input: InputOf<typeof commentList>, call: Call): Promise<RawAnswer> {
    return this.lists.list(input, call);
  }
}
