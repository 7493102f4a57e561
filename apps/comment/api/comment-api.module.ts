import { CommentServiceDefinition, ProfileServiceDefinition } from '@doul/contracts';
import { apiLayer } from '@doul/http';
import { RpcModule } from '@doul/rpc';
import { Module } from '@nestjs/common';
import { CommentController } from './comment.controller.js';
import { CommentUseCases } from './comment.use-cases.js';

@Module({
  imports: [RpcModule.clients(CommentServiceDefinition, ProfileServiceDefinition)],
  controllers: [CommentController],
  providers: [CommentUseCases],
})
export class CommentApiModule {}

export const commentApi = apiLayer(CommentApiModule, { service: 'comment', prefixes: ['/douyin/comment'] });
