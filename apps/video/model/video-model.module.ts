import { RedisModule, databaseModule } from '@doul/data';
import { eventsModule } from '@doul/events';
import { Module } from '@nestjs/common';
import { Cards } from './cards.js';
import { UserCounters, VideoCounters } from './counters.js';
import { FeedIndex } from './feed-index.js';
import { FeedRepository } from './feed.repository.js';
import { LikeSinkRepository } from './like-sink.repository.js';
import { LikeRepository } from './like.repository.js';
import { LikeStore } from './like.store.js';
import { Likes } from './likes.js';
import { videoMigrations } from './migrations/index.js';
import { PublicationRepository } from './publication.repository.js';
import { VideoRepository } from './video.repository.js';

export const VIDEO_SCHEMA = 'doul_video';

const providers = [
  Cards,
  FeedIndex,
  FeedRepository,
  LikeRepository,
  LikeSinkRepository,
  LikeStore,
  Likes,
  PublicationRepository,
  UserCounters,
  VideoCounters,
  VideoRepository,
];

/** Everything that knows the service's SQL and Redis commands; shared by its rpc and its worker layer. */
@Module({
  imports: [databaseModule(VIDEO_SCHEMA, { migrations: videoMigrations }), RedisModule, eventsModule({ schema: VIDEO_SCHEMA, publishes: true })],
  providers,
  exports: providers,
})
export class VideoModelModule {}
