import { RedisModule, databaseModule } from '@doul/data';
import { eventsModule } from '@doul/events';
import { Module } from '@nestjs/common';
import { Cards } from './cards.js';
import { UserCounters, VideoCounters } from './counters.js';
import { CoverWishes } from './cover-wishes.js';
import { FeedIndex } from './feed-index.js';
import { FeedRepository } from './feed.repository.js';
import { LikeLoader } from './like-loader.js';
import { LikeMembers } from './like-members.js';
import { LikeSinkRepository } from './like-sink.repository.js';
import { LikeRepository } from './like.repository.js';
import { LikeStore } from './like.store.js';
import { LikeStoreCheck } from './like-store-check.js';
import { Likes } from './likes.js';
import { MembershipScan } from './membership-scan.js';
import { MediaJobRepository } from './media-job.repository.js';
import { migrations, schema } from './migrations/index.js';
import { PublicationRepository } from './publication.repository.js';
import { CounterCheck } from './reconcile-counters.js';
import { FeedCheck } from './reconcile-feed.js';
import { LikeCheck } from './reconcile-likes.js';
import { ReconcileRepository } from './reconcile.repository.js';
import { Reconciliation } from './reconciliation.js';
import { UploadRepository } from './upload.repository.js';
import { Uploads } from './uploads.js';
import { RenditionRepository } from './rendition.repository.js';
import { StatusLog } from './status-log.js';
import { VideoChangeLog } from './video-changes.js';
import { VideoCopies } from './video-copies.js';
import { VideoRepository } from './video.repository.js';

const providers = [
  Cards,
  CounterCheck,
  CoverWishes,
  FeedCheck,
  FeedIndex,
  FeedRepository,
  LikeCheck,
  LikeLoader,
  LikeMembers,
  LikeRepository,
  LikeSinkRepository,
  LikeStore,
  LikeStoreCheck,
  Likes,
  MediaJobRepository,
  MembershipScan,
  PublicationRepository,
  ReconcileRepository,
  Reconciliation,
  UploadRepository,
  Uploads,
  RenditionRepository,
  StatusLog,
  UserCounters,
  VideoChangeLog,
  VideoCopies,
  VideoCounters,
  VideoRepository,
];

/** Everything that knows the service's SQL and Redis commands; shared by its rpc and its worker layer. */
@Module({
  imports: [databaseModule(schema, { migrations }), RedisModule, eventsModule({ schema, publishes: true })],
  providers,
  exports: providers,
})
export class VideoModelModule {}
