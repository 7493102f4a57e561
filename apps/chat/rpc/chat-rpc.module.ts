import { ProfileServiceDefinition } from '@doul/contracts';
import { RpcModule, rpcLayer } from '@doul/rpc';
import { Module } from '@nestjs/common';
import { ChatModelModule } from '../model/chat-model.module.js';
import { ConversationRpc } from './conversation.rpc.js';
import { ConversationService } from './conversation.service.js';

@Module({
  imports: [ChatModelModule, RpcModule.clients(ProfileServiceDefinition)],
  controllers: [ConversationRpc],
  providers: [ConversationService],
})
export class ChatRpcModule {}

export const chatRpc = rpcLayer(ChatRpcModule, { service: 'chat' });
