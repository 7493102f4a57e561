import { ConversationServiceDefinition, ProfileServiceDefinition, RelationServiceDefinition } from '@doul/contracts';
import { apiLayer } from '@doul/http';
import { RpcModule } from '@doul/rpc';
import { Module } from '@nestjs/common';
import { RelationController } from './relation.controller.js';
import { RelationLists } from './relation.lists.js';

@Module({
  imports: [RpcModule.clients(ConversationServiceDefinition, ProfileServiceDefinition, RelationServiceDefinition)],
  controllers: [RelationController],
  providers: [RelationLists],
})
export class FriendApiModule {}

export const friendApi = apiLayer(FriendApiModule, { service: 'friend', prefixes: ['/douyin/relation'] });
