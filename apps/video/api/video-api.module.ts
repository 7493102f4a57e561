import { CardsModule } from '@doul/cards';
import {
  FavoriteServiceDefinition,
  FeedServiceDefinition,
  ProfileServiceDefinition,
  UploadServiceDefinition,
  MediaOperationsServiceDefinition,
  MediaServiceDefinition,
  VideoServiceDefinition,
} from '@doul/contracts';
import { apiLayer } from '@doul/http';
import { RpcModule } from '@doul/rpc';
import { Module } from '@nestjs/common';
import { FavoriteController } from './favorite.controller.js';
import { FeedPages } from './feed-pages.js';
import { FeedWindows } from './feed-windows.js';
import { FeedController } from './feed.controller.js';
import { JobsController } from './jobs.controller.js';
import { PublishController } from './publish.controller.js';
import { TitleCheck } from './title-check.js';
import { UploadController } from './upload.controller.js';
import { StatusController } from './status.controller.js';
import { OneRequestUpload } from './one-request-upload.js';
import { UserCheck } from './user-check.js';
import { VideoLists } from './video-lists.js';

@Module({
  imports: [
    CardsModule,
    RpcModule.clients(
      FavoriteServiceDefinition,
      FeedServiceDefinition,
      MediaOperationsServiceDefinition,
      MediaServiceDefinition,
      ProfileServiceDefinition,
      UploadServiceDefinition,
      VideoServiceDefinition,
    ),
  ],
  controllers: [FeedController, FavoriteController, JobsController, PublishController, StatusController, UploadController],
  providers: [FeedPages, FeedWindows, TitleCheck, OneRequestUpload, UserCheck, VideoLists],
})
export class VideoApiModule {}

export const videoApi = apiLayer(VideoApiModule, {
  service: 'video',
  prefixes: ['/douyin/feed', '/douyin/publish', '/douyin/favorite'],
});
