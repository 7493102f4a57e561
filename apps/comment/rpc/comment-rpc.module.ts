import { VideoServiceDefinition } from '@doul/contracts';
import { RpcModule, rpcLayer } from '@doul/rpc';
import { Module } from '@nestjs/common';
import { CommentModelModule } from '../model/comment-model.module.js';
import { CommentRpc } from './comment.rpc.js';
import { CommentPages } from './comment-pages.js';
import { DeletionService } from './deletion.service.js';
import { ListService } from './list.service.js';
import { PostService } from './post.service.js';
import { ReconcileService } from './reconcile.service.js';
import { ReviewService } from './review.service.js';
import { VideoOwners } from './video-owners.js';
import { VideoRemovedHandler } from './video-removed.handler.js';
import { WordRpc } from './word.rpc.js';
import { WordService } from './word.service.js';

@Module({
  imports: [CommentModelModule, RpcModule.clients(VideoServiceDefinition)],
  controllers: [CommentRpc, WordRpc],
  providers: [
    CommentPages,
    DeletionService,
    ListService,
    PostService,
    ReconcileService,
    ReviewService,
    VideoOwners,
    VideoRemovedHandler,
    WordService,
  ],
})
export class CommentRpcModule {}

export const commentRpc = rpcLayer(CommentRpcModule, { service: 'comment' });
