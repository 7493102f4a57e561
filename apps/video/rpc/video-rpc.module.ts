import { CommentServiceDefinition } from '@doul/contracts';
import { RpcModule, rpcLayer } from '@doul/rpc';
import { Module } from '@nestjs/common';
import { VideoModelModule } from '../model/video-model.module.js';
import { CardReader } from './card-reader.js';
import { DefaultCover } from './default-cover.js';
import { FavoriteService } from './favorite.service.js';
import { FeedKeeper } from './feed-keeper.js';
import { FeedService } from './feed.service.js';
import { MediaAddresses } from './media-addresses.js';
import { MediaCheck } from './media-check.js';
import { MediaOperationsService } from './media-operations.service.js';
import { MediaService } from './media.service.js';
import { Playlists } from './playlists.js';
import { PublishedVideos } from './published-videos.js';
import { UploadService } from './upload.service.js';
import { VideoService } from './video.service.js';
import { VisibleFeed } from './visible-feed.js';

@Module({
  imports: [VideoModelModule, RpcModule.clients(CommentServiceDefinition)],
  controllers: [FeedService, FavoriteService, MediaOperationsService, MediaService, UploadService, VideoService],
  providers: [CardReader, DefaultCover, FeedKeeper, MediaAddresses, MediaCheck, Playlists, PublishedVideos, VisibleFeed],
})
export class VideoRpcModule {}

export const videoRpc = rpcLayer(VideoRpcModule, { service: 'video' });
