import { CardsModule } from '@doul/cards';
import { FavoriteServiceDefinition, FeedServiceDefinition, ProfileServiceDefinition, VideoServiceDefinition } from '@doul/contracts';
import { apiLayer } from '@doul/http';
import { RpcModule } from '@doul/rpc';
import { Module } from '@nestjs/common';
import { FavoriteController } from './favorite.controller.js';
import { FeedPages } from './feed-pages.js';
import { FeedWindows } from './feed-windows.js';
import { FeedController } from './feed.controller.js';
import { PublishController } from './publish.controller.js';
import { Uploads } from './uploads.js';
import { UserCheck } from './user-check.js';
import { VideoLists } from './video-lists.js';

@Module({
  imports: [
    CardsModule,
    RpcModule.clients(FavoriteServiceDefinition, FeedServiceDefinition, ProfileServiceDefinition, VideoServiceDefinition),
  ],
  controllers: [FeedController, FavoriteController, PublishController],
  providers: [FeedPages, FeedWindows, Uploads, UserCheck, VideoLists],
})
export class VideoApiModule {}

export const videoApi = apiLayer(VideoApiModule, {
  service: 'video',
  prefixes: ['/douyin/feed', '/douyin/publish', '/douyin/favorite'],
});
