import { ConversationServiceDefinition } from '@doul/contracts';
import { apiLayer } from '@doul/http';
import { RpcModule } from '@doul/rpc';
import { Module } from '@nestjs/common';
import { MessageController } from './message.controller.js';
import { MessageUseCases } from './message.use-cases.js';

@Module({
  imports: [RpcModule.clients(ConversationServiceDefinition)],
  controllers: [MessageController],
  providers: [MessageUseCases],
})
export class ChatApiModule {}

export const chatApi = apiLayer(ChatApiModule, { service: 'chat', prefixes: ['/douyin/message'] });
