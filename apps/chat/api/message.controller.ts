import { Endpoint, type AnswerOf, type Call, type InputOf } from '@doul/http';
import { Controller } from '@nestjs/common';
import { messageAction, messageChat } from './message.schema.js';
import { MessageUseCases } from './message.use-cases.js';

@Controller()
export class MessageController {
  constructor(private readonly messages: MessageUseCases) {}

  @Endpoint(messageAction)
  action(input: InputOf<typeof messageAction>, call: Call): Promise<AnswerOf<typeof messageAction>> {
    return this.messages.send(input, call);
  }

  @Endpoint(messageChat)
  chat(input: InputOf<typeof messageChat>, call: Call): Promise<AnswerOf<typeof messageChat>> {
    return this.messages.read(input, call);
  }
}
