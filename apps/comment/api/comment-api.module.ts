import { CardsModule } from '@doul/cards';
import { CommentServiceDefinition } from '@doul/contracts';
import { apiLayer } from '@doul/http';
import { RpcModule } from '@doul/rpc';
import { Module } from '@nestjs/common';
import { ActionUseCase } from './action.use-case.js';
import { CommentController } from './comment.controller.js';
import { ListUseCase } from './list.use-case.js';
import { PageStore } from './page-store.js';

@Module({
  imports: [CardsModule, RpcModule.clients(CommentServiceDefinition)],
  controllers: [CommentController],
  providers: [ActionUseCase, ListUseCase, PageStore],
})
export class CommentApiModule {}

export const commentApi = apiLayer(CommentApiModule, { service: 'comment', prefixes: ['/douyin/comment'] });
