import {
  FavoriteServiceDefinition,
  FeedServiceDefinition,
  ProfileServiceDefinition,
  RelationServiceDefinition,
  VideoServiceDefinition,
} from '@doul/contracts';
import { apiLayer } from '@doul/http';
import { RpcModule } from '@doul/rpc';
import { Module } from '@nestjs/common';
import { CardCache } from './card-cache.js';
import { FavoriteController } from './favorite.controller.js';
import { FeedPages } from './feed-pages.js';
import { FeedController } from './feed.controller.js';
import { PublishController } from './publish.controller.js';
import { Uploads } from './uploads.js';
import { UserCheck } from './user-check.js';
import { VideoLists } from './video-lists.js';
import { ViewerFlagReader } from './viewer-flags.js';

@Module({
  imports: [
    RpcModule.clients(
      FavoriteServiceDefinition,
      FeedServiceDefinition,
      ProfileServiceDefinition,
      RelationServiceDefinition,
      VideoServiceDefinition,
    ),
  ],
  controllers: [FeedController, FavoriteController, PublishController],
  providers: [CardCache, FeedPages, Uploads, UserCheck, VideoLists, ViewerFlagReader],
})
export class VideoApiModule {}

export const videoApi = apiLayer(VideoApiModule, {
  service: 'video',
  prefixes: ['/douyin/feed', '/douyin/publish', '/douyin/favorite'],
});
